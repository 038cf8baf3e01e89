import type { Row } from '../kernel/row.ts';
import { isOrdinarySetting } from '../kernel/setting.ts';
import { type Look, paint } from '../report/look.ts';
import type { rowLines } from './row-text.ts';
import { showTables, type ShowTable } from './show-table.ts';

/** The tables of a namespace under their names; what is as in any fresh namespace is only counted. */
export function tableText(
  namespace: string,
  rows: readonly Row[],
  chosen: ShowTable | 'all',
  look: Look,
  lines: typeof rowLines,
): string {
  const painted = paint(look.colour);
  const names = chosen === 'all' ? (Object.keys(showTables) as ShowTable[]) : [chosen];
  return names
    .flatMap((name): string[] => {
      const own = rows.filter(({ kind }) => (showTables[name] as readonly string[]).includes(kind));
      const ordinary = own.filter(isOrdinary);
      const told = own.filter((row) => !isOrdinary(row));
      if (own.length === 0 && chosen === 'all') return [];
      const more = ordinary.length === 0 ? '' : `  ${ordinary.length} ${ORDINARY[name] ?? 'more'}\n`;
      const none = own.length === 0 ? '  none\n' : '';
      return [`${painted('bold', `${namespace}  ${name}`)}\n${lines(told, look, withoutKind)}${more}${none}`];
    })
    .join('\n');
}

const ORDINARY: Partial<Record<ShowTable, string>> = {
  sysctls: 'more are as in a fresh namespace of this machine, or follow ip_forward',
  routes: 'more rows are the own addresses (table local), IPv6, and the three rules that every namespace has',
  fdb: 'more rows are the multicast groups that devices take in',
};

const isOrdinary = ({ what, kind, row, reason }: Row): boolean =>
  what === 'right' &&
  ((kind === 'sysctl' && isOrdinarySetting(reason?.why)) ||
    kind === 'rule' ||
    (kind === 'route' && / table local\b|^route (\S+ )?[0-9a-f]*:/.test(row)) ||
    (kind === 'fdb' && row.endsWith(' self permanent') && reason?.owner === 'kernel'));

/** The table says already what its rows are. */
const withoutKind = ({ kind, row: wanted, live: row = wanted }: Row): string =>
  ['link', 'address', 'route', 'neighbour', 'fdb', 'sysctl'].includes(kind)
    ? row.slice(kind.length + 1)
    : row;

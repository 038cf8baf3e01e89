import type { Row } from '../kernel/row.ts';
import { type Look, paint } from '../report/look.ts';
import { visible } from '../report/visible.ts';

type Signs = Record<Row['what'], { sign: string; word: string; colour?: 'red' | 'yellow' | 'green' }>;

/** Of right rows nothing needs to be said; the others stand out, with or without colour. */
const SIGNS: Signs = {
  right: { sign: ' ', word: '' },
  missing: { sign: '-', word: 'missing', colour: 'red' },
  foreign: { sign: '+', word: 'foreign: nothing in this lab wants it', colour: 'yellow' },
  changed: { sign: '~', word: 'changed', colour: 'red' },
};

/** The same rows as what will be done about them. */
export const PLAN_SIGNS: Signs = {
  right: { sign: ' ', word: '' },
  missing: { sign: '+', word: '', colour: 'green' },
  foreign: { sign: '-', word: 'nothing in this lab wants it', colour: 'red' },
  changed: { sign: '~', word: '', colour: 'yellow' },
};

/** Rows longer than this have their reason on the next line. */
const WIDEST = 72;

/**
 * Rows with their reasons in two columns:
 *
 *     172.30.0.0/16 dev flannel.1 scope link      flannel   Network of net-conf.json: ...
 *   - default via 192.168.0.1 dev eth0            underlay  missing: node1 reaches everything else ...
 */
export function rowLines(
  rows: readonly Row[],
  look: Look,
  text: (row: Row) => string = ({ row }) => row,
  signs: Signs = SIGNS,
): string {
  const painted = paint(look.colour);
  const plain = (words: string) => visible(words, { ascii: !look.unicode });
  const texts = rows.map((row) => plain(text(row)));
  const width = Math.min(WIDEST, Math.max(0, ...texts.map(({ length }) => length)));
  const owners = Math.max(...rows.map(({ reason }) => (reason?.owner ?? '').length), 0);
  return rows
    .map((row, index) => {
      const { sign, word, colour } = signs[row.what];
      const own = texts[index] ?? '';
      const state = [word, ...row.details].filter(Boolean).join(', ');
      const reason = [state, row.reason?.why ?? ''].filter(Boolean).join(': ');
      const column = `${(row.reason?.owner ?? '').padEnd(owners)}  ${plain(reason)}`.trimEnd();
      const left = colour ? painted(colour, `${sign} ${own}`) : `${sign} ${own}`;
      if (own.length > width) return `${left}\n      ${painted('dim', column)}\n`;
      return `${`${left}${' '.repeat(width - own.length + 2)}${painted('dim', column)}`.trimEnd()}\n`;
    })
    .join('');
}

/** How many of what, in words: `2 missing, 1 foreign`. */
export function differenceCount(rows: readonly Row[]): string {
  return (['missing', 'changed', 'foreign'] as const)
    .map((what) => [rows.filter((row) => row.what === what).length, what] as const)
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(', ');
}

import { addressDifferences, addressKey, describeAddress } from './address.ts';
import { bridgeFdbKey, describeBridgeFdb } from './bridge-fdb.ts';
import { describeFdb, fdbDifferences, fdbKey } from './fdb.ts';
import { describeRule, ruleKey, type IptablesRule } from './iptables.ts';
import { describeLink, describeLiveLink, linkDifferences } from './link.ts';
import {
  addressCause,
  bridgeFdbCause,
  broughtLocalRoutes,
  broughtRoutes,
  linkCause,
  LOOPBACK,
  neighbourCause,
  rightNeighbour,
  routeCause,
} from './natural.ts';
import { describeNeighbour, neighbourDifferences, neighbourKey } from './neighbour.ts';
import { describeNftTable } from './nft-table.ts';
import { describeQdisc, qdiscKey } from './qdisc.ts';
import { describeRoute, routeDifferences, routeKey } from './route.ts';
import { compareRows, type KindOfRow, type Row } from './row.ts';
import { DEFAULT_RULES, describeRuleOfPolicy, ruleOfPolicyKey } from './rule.ts';
import { settingKey, wantedSysctls } from './setting.ts';
import type { Besides, NamespaceState, ObservedNamespace, Reason } from './state.ts';
import { describeSysctl, sysctlDifferences } from './sysctl.ts';

const noCause = () => undefined;
const noDifferences = () => [];

/** All rows of one namespace's tables with their reasons, in the order in which a person would look: links first, rules last. */
export function tables(want: NamespaceState, got: ObservedNamespace): Row[] {
  const compare = <Want extends Reason, Got>(rows: KindOfRow<Want, Got>) => compareRows(want.name, rows);
  const lo = got.links.find((link) => link.type === 'loopback');
  const isWrong = (row: ObservedNamespace['neighbours'][number]) =>
    row.state !== 'permanent' && rightNeighbour(want, row) !== undefined;
  return [
    ...(lo && !lo.up ? [loopbackDown(want.name)] : []),
    ...compare({
      kind: 'link',
      want: want.links,
      got: got.links.filter((link) => link !== lo || link.up),
      key: (row) => row.name,
      describe: describeLink,
      live: describeLiveLink,
      differences: linkDifferences,
      cause: linkCause,
    }),
    ...compare({
      kind: 'address',
      want: lo ? [...want.addresses, LOOPBACK] : want.addresses,
      got: got.addresses,
      key: addressKey,
      describe: describeAddress,
      differences: addressDifferences,
      cause: addressCause,
    }),
    ...compare({
      kind: 'route',
      want: [
        ...want.routes,
        ...broughtRoutes(want, got),
        ...(got.besides ? broughtLocalRoutes(want, got) : []),
      ],
      got: got.routes,
      key: routeKey,
      describe: describeRoute,
      differences: routeDifferences,
      cause: routeCause,
    }),
    ...compare({
      kind: 'neighbour',
      want: want.neighbours,
      got: got.neighbours.filter((row) => !isWrong(row)),
      key: neighbourKey,
      describe: describeNeighbour,
      differences: neighbourDifferences,
      cause: (row) => neighbourCause(want, row),
    }),
    ...got.neighbours.filter(isWrong).flatMap((row): Row[] => {
      const right = rightNeighbour(want, row);
      if (!right) return [];
      const { owner, why } = right;
      const details = neighbourDifferences(right, row);
      const reason = { owner, why };
      return [
        {
          namespace: want.name,
          kind: 'neighbour',
          key: `neighbour ${neighbourKey(row)}`,
          what: 'changed',
          row: describeNeighbour(right),
          details,
          reason,
        },
      ];
    }),
    ...compare({
      kind: 'fdb',
      want: want.fdb,
      got: got.fdb,
      key: fdbKey,
      describe: describeFdb,
      differences: fdbDifferences,
      cause: noCause,
    }),
    ...compare({
      kind: 'sysctl',
      want: wantedSysctls(want, got),
      got: got.sysctls,
      key: settingKey,
      describe: describeSysctl,
      differences: sysctlDifferences,
      // Only what was asked for was read, and what a fresh namespace does not know has no right value.
      cause: () => ({ owner: 'kernel', why: 'nobody of the lab sets it' }),
    }),
    ...ruleRows(want, got),
    ...(got.besides ? besidesRows(want, got, got.besides) : []),
  ];
}

/** What no component of a lab writes: whoever did, it may stand in the way of packets. */
function besidesRows(want: NamespaceState, got: ObservedNamespace, besides: Besides): Row[] {
  const { name } = want;
  const foreign = <Got>(
    kind: Row['kind'],
    rows: readonly Got[],
    key: (row: Got) => string,
    describe: (row: Got) => string,
  ) =>
    compareRows<never, Got>(name, {
      kind,
      want: [],
      got: rows,
      key,
      describe,
      differences: noDifferences,
      cause: noCause,
    });
  const other = otherIptables(besides);
  return [
    ...compareRows(name, {
      kind: 'rule',
      want: DEFAULT_RULES,
      got: besides.rules,
      key: ruleOfPolicyKey,
      describe: describeRuleOfPolicy,
      differences: noDifferences,
      cause: noCause,
    }),
    ...compareRows<never, Besides['bridgeFdb'][number]>(name, {
      kind: 'fdb',
      want: [],
      got: besides.bridgeFdb,
      key: bridgeFdbKey,
      describe: describeBridgeFdb,
      differences: noDifferences,
      cause: (row) => bridgeFdbCause(want, got.links, row),
    }),
    ...foreign('qdisc', besides.qdiscs, qdiscKey, describeQdisc),
    ...foreign('nftables', besides.nftTables, describeNftTable, describeNftTable),
    ...foreign('iptables', besides.otherIptables, ruleKey, (rule) => describeRule(rule, other)),
    ...fileRows(want, besides.files),
  ];
}

/** The name of the iptables of which this machine's iptables(8) is not. */
export const otherIptables = ({ usesNft }: Besides): string => (usesNft ? 'iptables-legacy' : 'iptables-nft');

function fileRows(want: NamespaceState, files: Besides['files']): Row[] {
  return Object.entries(want.files).flatMap(([file, text]): Row[] => {
    const row = {
      namespace: want.name,
      kind: 'file' as const,
      key: `file ${file}`,
      row: `/etc/${file}`,
      reason: { owner: 'lab' as const, why: `${want.name} has its own /etc/${file}` },
    };
    const seen = files[file];
    if (seen === undefined) return [{ ...row, what: 'missing', details: [] }];
    return [
      {
        ...row,
        what: seen === text ? 'right' : 'changed',
        details: seen === text ? [] : ['it has other lines'],
      },
    ];
  });
}

const loopbackDown = (namespace: string): Row => ({
  namespace,
  kind: 'link',
  key: 'link lo',
  what: 'changed',
  row: 'link lo type loopback',
  details: ['state: want up, got down'],
  reason: { owner: 'kernel', why: LOOPBACK.why },
});

/** Rules are compared chain by chain and in order; the same rules in another order are a difference too. */
function ruleRows(want: NamespaceState, got: ObservedNamespace): Row[] {
  const rows = compareRows(want.name, {
    kind: 'iptables',
    want: want.iptables,
    got: got.iptables,
    key: ruleKey,
    describe: describeRule,
    differences: noDifferences,
    cause: noCause,
  });
  const shuffled = differingTables(want.iptables, got.iptables);
  if (shuffled.length === 0 || rows.some(({ what }) => what !== 'right')) return rows;
  const row = `iptables rules of table ${shuffled.join(', ')}`;
  const details = ['the rules are there, but in another order'];
  return [
    ...rows,
    { namespace: want.name, kind: 'iptables', key: 'iptables order', what: 'changed', row, details },
  ];
}

/** Tables whose chains do not hold the wanted rules in the wanted order. */
export function differingTables(
  want: readonly IptablesRule[],
  got: readonly IptablesRule[],
): IptablesRule['table'][] {
  const text = (rules: readonly IptablesRule[], table: string) => {
    const chains = new Map<string, string[]>();
    for (const rule of rules) {
      if (rule.table === table) chains.set(rule.chain, [...(chains.get(rule.chain) ?? []), ruleKey(rule)]);
    }
    return [...chains.keys()]
      .toSorted()
      .map((chain) =>
        chains
          .get(chain)
          ?.filter((key) => !key.endsWith('  '))
          .join('\n'),
      )
      .join('\n');
  };
  const all = new Set([...want, ...got].map((rule) => rule.table));
  return [...all].filter((table) => text(want, table) !== text(got, table));
}

import { addressDifferences, addressKey, describeAddress } from './address.ts';
import { describeFdb, fdbDifferences, fdbKey } from './fdb.ts';
import { describeRule, ruleKey, type IptablesRule } from './iptables.ts';
import { grouped } from './grouped.ts';
import { describeLink, linkDifferences } from './link.ts';
import { broughtRoutes, LOOPBACK, rightNeighbour } from './natural.ts';
import { describeNeighbour, neighbourDifferences, neighbourKey } from './neighbour.ts';
import { describeRoute, routeDifferences, routeKey } from './route.ts';
import { wantedSysctls } from './setting.ts';
import type { NamespaceState, ObservedNamespace, Reason } from './state.ts';
import { describeSysctl, sysctlDifferences, sysctlKey } from './sysctl.ts';

/** A row that is not as the lab wants it. */
export interface Difference {
  namespace: string;
  kind: 'link' | 'address' | 'route' | 'neighbour' | 'fdb' | 'sysctl' | 'iptables';
  what: 'missing' | 'foreign' | 'changed';
  /** The row as it could be typed, e.g. `route 172.30.0.0/16 dev flannel.1`. */
  row: string;
  /** What differs, for a changed row. */
  details: string[];
  reason?: Reason;
}

interface KindOfRow<Want extends Reason, Got> {
  kind: Difference['kind'];
  want: Want[];
  got: Got[];
  key: (row: Want | Got) => string;
  describe: (row: Want | Got) => string;
  differences: (want: Want, got: Got) => string[];
  /** Rows that nobody wanted but that are not drift: what the kernel or an agent adds by itself. */
  natural: (got: Got) => boolean;
}

/** All that differs in one namespace, in the order in which a person would look: links first, rules last. */
export function differences(want: NamespaceState, got: ObservedNamespace): Difference[] {
  const compare = <Want extends Reason, Got>(rows: KindOfRow<Want, Got>) => compareRows(want.name, rows);
  const lo = got.links.find((link) => link.type === 'loopback');
  return [
    ...(lo && !lo.up ? [loopbackDown(want.name)] : []),
    ...compare({
      kind: 'link',
      want: want.links,
      got: got.links,
      key: (row) => row.name,
      describe: describeLink,
      differences: linkDifferences,
      natural: (row) => row.type === 'loopback' || row.type === 'other',
    }),
    ...compare({
      kind: 'address',
      want: lo ? [...want.addresses, LOOPBACK] : want.addresses,
      got: got.addresses,
      key: addressKey,
      describe: describeAddress,
      differences: addressDifferences,
      natural: () => false,
    }),
    ...compare({
      kind: 'route',
      want: [...want.routes, ...broughtRoutes(want, got)],
      got: got.routes,
      key: routeKey,
      describe: describeRoute,
      differences: routeDifferences,
      natural: (row) => row.protocol === 'kernel',
    }),
    ...compare({
      kind: 'neighbour',
      want: want.neighbours,
      got: got.neighbours,
      key: neighbourKey,
      describe: describeNeighbour,
      differences: neighbourDifferences,
      natural: (row) => row.state !== 'permanent',
    }),
    ...wronglyLearned(want, got),
    ...compare({
      kind: 'fdb',
      want: want.fdb,
      got: got.fdb,
      key: fdbKey,
      describe: describeFdb,
      differences: fdbDifferences,
      natural: () => false,
    }),
    ...compare({
      kind: 'sysctl',
      want: wantedSysctls(want, got),
      got: got.sysctls,
      key: sysctlKey,
      describe: describeSysctl,
      differences: sysctlDifferences,
      // Only what was asked for was read.
      natural: () => true,
    }),
    ...ruleDifferences(want, got),
  ];
}

const loopbackDown = (namespace: string): Difference => ({
  namespace,
  kind: 'link',
  what: 'changed',
  row: 'link lo type loopback',
  details: ['state: want up, got down'],
  reason: { owner: 'kernel', why: LOOPBACK.why },
});

/** Entries that an agent or ARP wrote, and that say what cannot be. */
function wronglyLearned(want: NamespaceState, got: ObservedNamespace): Difference[] {
  return got.neighbours.flatMap((row): Difference[] => {
    const right = row.state === 'permanent' ? undefined : rightNeighbour(want, row);
    if (!right) return [];
    const { owner, why } = right;
    const details = neighbourDifferences(right, row);
    return [
      {
        namespace: want.name,
        kind: 'neighbour',
        what: 'changed',
        row: describeNeighbour(right),
        details,
        reason: { owner, why },
      },
    ];
  });
}

function compareRows<Want extends Reason, Got>(namespace: string, rows: KindOfRow<Want, Got>): Difference[] {
  const byKey = grouped(rows.got, rows.key);
  const taken = new Set<Got>();
  const found: Difference[] = [];
  for (const want of rows.want) {
    // Some tables hold several rows with one key.
    const alike = byKey.get(rows.key(want)) ?? [];
    const seen = alike.find((row) => rows.differences(want, row).length === 0) ?? alike[0];
    if (seen !== undefined) taken.add(seen);
    const details = seen === undefined ? [] : rows.differences(want, seen);
    if (seen !== undefined && details.length === 0) continue;
    found.push({
      namespace,
      kind: rows.kind,
      what: seen === undefined ? 'missing' : 'changed',
      row: rows.describe(want),
      details,
      reason: { owner: want.owner, why: want.why },
    });
  }
  for (const row of rows.got) {
    if (taken.has(row) || rows.natural(row)) continue;
    found.push({ namespace, kind: rows.kind, what: 'foreign', row: rows.describe(row), details: [] });
  }
  return found;
}

/** Rules are compared chain by chain and in order; the same rules in another order are a difference too. */
function ruleDifferences(want: NamespaceState, got: ObservedNamespace): Difference[] {
  const missing = want.iptables.filter(
    (rule) => !got.iptables.some((seen) => ruleKey(seen) === ruleKey(rule)),
  );
  const foreign = got.iptables.filter(
    (seen) => !want.iptables.some((rule) => ruleKey(seen) === ruleKey(rule)),
  );
  const found: Difference[] = [
    ...missing.map((rule) => ({
      namespace: want.name,
      kind: 'iptables' as const,
      what: 'missing' as const,
      row: describeRule(rule),
      details: [],
      reason: { owner: rule.owner, why: rule.why },
    })),
    ...foreign.map((rule) => ({
      namespace: want.name,
      kind: 'iptables' as const,
      what: 'foreign' as const,
      row: describeRule(rule),
      details: [],
    })),
  ];
  if (found.length === 0 && differingTables(want.iptables, got.iptables).length > 0) {
    found.push({
      namespace: want.name,
      kind: 'iptables',
      what: 'changed',
      row: `iptables rules of table ${differingTables(want.iptables, got.iptables).join(', ')}`,
      details: ['the rules are there, but in another order'],
    });
  }
  return found;
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
  const tables = new Set([...want, ...got].map((rule) => rule.table));
  return [...tables].filter((table) => text(want, table) !== text(got, table));
}

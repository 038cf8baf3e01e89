import { grouped } from './grouped.ts';
import type { Reason } from './state.ts';

/** A row of a live table, or one that should be there: what it is, who wants it, and why. */
export interface Row {
  namespace: string;
  kind: RowKind;
  /** `right`: it is as it should be, wanted by a component or made by the kernel itself. */
  what: 'right' | 'missing' | 'foreign' | 'changed';
  /** What tells it apart in its namespace. */
  key: string;
  /** The row as it could be typed, e.g. `route 172.30.0.0/16 dev flannel.1`. */
  row: string;
  /** The row as it is now, where that says more than `row`, which is as it should be. */
  live?: string;
  /** What differs, for a changed row: `want ..., got ...`. */
  details: string[];
  /** Absent for foreign rows: nobody of the lab wants them. */
  reason?: Reason;
}

export type RowKind =
  | 'namespace'
  | 'link'
  | 'address'
  | 'route'
  | 'rule'
  | 'neighbour'
  | 'fdb'
  | 'qdisc'
  | 'sysctl'
  | 'iptables'
  | 'nftables'
  | 'file'
  | 'agent';

/** How the rows of one kind are told apart, compared and explained. */
export interface KindOfRow<Want extends Reason, Got> {
  kind: RowKind;
  want: readonly Want[];
  got: readonly Got[];
  key: (row: Want | Got) => string;
  describe: (row: Want | Got) => string;
  /** A live row in full; by default what `describe` says of it. */
  live?: (row: Got) => string;
  differences: (want: Want, got: Got) => string[];
  /** Why a row is there that nobody had to write: what the kernel or an agent adds by itself. Undefined: it is foreign. */
  cause: (got: Got) => Reason | undefined;
}

/** Wanted rows first, each right, changed or missing; then those that are there besides. */
export function compareRows<Want extends Reason, Got>(
  namespace: string,
  { kind, want, got, key, describe, live = describe, differences, cause }: KindOfRow<Want, Got>,
): Row[] {
  const byKey = grouped(got, key);
  const taken = new Set<Got>();
  const rows = want.map((wanted): Row => {
    const { owner, why } = wanted;
    const row = {
      namespace,
      kind,
      key: `${kind} ${key(wanted)}`,
      row: describe(wanted),
      reason: { owner, why },
    };
    // Some tables hold several rows with one key.
    const alike = (byKey.get(key(wanted)) ?? []).filter((seen) => !taken.has(seen));
    const seen = alike.find((one) => differences(wanted, one).length === 0) ?? alike[0];
    if (seen === undefined) return { ...row, what: 'missing', details: [] };
    taken.add(seen);
    const details = differences(wanted, seen);
    return { ...row, live: live(seen), what: details.length === 0 ? 'right' : 'changed', details };
  });
  const others = got
    .filter((seen) => !taken.has(seen))
    .map((seen): Row => {
      const reason = cause(seen);
      const row = {
        namespace,
        kind,
        key: `${kind} ${key(seen)}`,
        row: describe(seen),
        live: live(seen),
        details: [],
      };
      return reason ? { ...row, what: 'right', reason } : { ...row, what: 'foreign' };
    });
  return [...rows, ...others];
}

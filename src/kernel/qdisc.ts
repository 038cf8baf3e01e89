/** A queueing discipline that somebody put on a device (tc(8)): it may delay, drop or, with filters, divert what passes. */
export interface Qdisc {
  dev: string;
  kind: string;
  /** Where it hangs: `root`, `ingress`, `clsact`, or `parent 1:1`. */
  place: string;
}

export const qdiscKey = (qdisc: Qdisc): string => `${qdisc.dev} ${qdisc.place}`;

export const describeQdisc = ({ dev, kind, place }: Qdisc): string =>
  `qdisc ${place === kind ? '' : `${kind} `}dev ${dev} ${place}`;

/** A `tc -batch` line. */
export const removeQdisc = ({ dev, place }: Qdisc): string => `qdisc delete dev ${dev} ${place}`;

/** Virtual devices have no queue, and no lab gives them one. */
const ORDINARY = new Set(['noqueue']);

/** From what survey.pl reads by RTM_GETQDISC: `ifindex parent kind`, the parent in hexadecimal (linux/pkt_sched.h: TC_H_ROOT, TC_H_INGRESS). */
export function parseQdisc(fields: readonly string[], devices: ReadonlyMap<number, string>): Qdisc[] {
  const [index = '', parent = '', kind = ''] = fields;
  const dev = devices.get(Number(index));
  if (dev === undefined || ORDINARY.has(kind)) return [];
  if (parent === 'ffffffff') return [{ dev, kind, place: 'root' }];
  if (parent === 'fffffff1') return [{ dev, kind, place: kind === 'clsact' ? 'clsact' : 'ingress' }];
  // One below another goes with it.
  return [];
}

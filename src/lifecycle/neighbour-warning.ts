import type { Cluster } from '../model/cluster.ts';
import { busyNeighbours } from '../model/learned-neighbour.ts';
import { asRoot } from './doctor/finding.ts';

/** What to say before a lab is built whose pods cannot all talk at once on this machine; undefined where they can. */
export function neighbourWarning(cluster: Cluster, limit: number | undefined): string | undefined {
  const needed = busyNeighbours(cluster);
  if (limit === undefined || needed <= limit) return undefined;
  return [
    `when all pods talk, the kernel has to know ${needed} neighbours, and this machine allows ${limit} in all namespaces together`,
    '  (gc_thresh3): packets would be lost, and dmesg says "neighbor table overflow". The lab is built, and its mesh goes in waves.',
    `  To raise the limit until the next boot: ${raised(needed)}`,
  ].join('\n');
}

/** With room for others: the next power of two from one and a half times as many. */
export function raised(needed: number): string {
  const value = 2 ** Math.ceil(Math.log2(1.5 * needed));
  return asRoot(`sysctl -w net.ipv4.neigh.default.gc_thresh3=${value}`);
}

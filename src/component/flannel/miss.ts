import type { Lease } from '../../model/cluster.ts';
import { contains } from '../../model/cidr.ts';

/** A line of `ip monitor neigh` in which the kernel asks for a neighbour (RTM_GETNEIGH): `miss 172.30.9.2 dev flannel.1 INCOMPLETE`. */
export interface NeighbourMiss {
  address: string;
  dev: string | undefined;
}

/** undefined for every other line: changes, deletions, other families. */
export function parseMiss(line: string): NeighbourMiss | undefined {
  const words = /^miss (?:dev (\S+) )?(\d+\.\d+\.\d+\.\d+)(?: dev (\S+))?/.exec(line.trim());
  return words?.[2] === undefined ? undefined : { address: words[2], dev: words[1] ?? words[3] };
}

/**
 * flannel v0.7's answer to a miss: the neighbour entry for an address inside a remote lease's subnet, as an `ip -batch` line. An address in
 * no lease is left alone (it is only logged), and its own subnet's addresses are no business of the tunnel.
 */
export function missAnswer(miss: NeighbourMiss, remotes: readonly Lease[], dev: string): string | undefined {
  if (miss.dev !== undefined && miss.dev !== dev) return undefined;
  const lease = remotes.find((remote) => contains(remote.subnet, miss.address));
  return lease && `neighbour replace ${miss.address} lladdr ${lease.vtepMAC} dev ${dev} nud reachable`;
}

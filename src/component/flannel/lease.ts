import type { Cluster, Lease } from '../../model/cluster.ts';
import { networkAddress, addressOf } from '../../model/cidr.ts';

/** What each node's flanneld has in etcd: one lease per node with a podCIDR. */
export function leases(cluster: Cluster): Lease[] {
  return cluster.nodes.flatMap((node) =>
    node.podCIDR === undefined
      ? []
      : [{ node: node.name, subnet: node.podCIDR, publicIP: addressOf(node.address), vtepMAC: node.vtepMAC }],
  );
}

/** The VTEP's own address: the subnet's base, as /32, so that no broadcast route comes with it. */
export const vtepAddress = (lease: Lease): string => networkAddress(lease.subnet);

import { addressOf, networkOf, prefixLengthOf } from '../model/cidr.ts';
import type { Cluster } from '../model/cluster.ts';
import { grouped } from '../kernel/grouped.ts';
import type { KernelState, NamespaceState } from '../kernel/state.ts';
import { flannelStateCurrent } from './flannel/current.ts';
import { leases } from './flannel/lease.ts';
import { flannelStateV07 } from './flannel/v0.7.ts';
import { podNetworkState } from './pod-network.ts';
import { underlayState } from './underlay.ts';

/** Everything that a cluster wants in the kernel: what each component wants, put together namespace by namespace. */
export function kernelState(cluster: Cluster): KernelState {
  const pods = podNetworkState(cluster);
  const namespaces = underlayState(cluster);
  for (const namespace of namespaces) {
    const bridge = pods.node.get(namespace.name);
    if (bridge) merge(namespace, bridge);
    const flannel = flannelState(cluster, namespace.name);
    if (flannel) merge(namespace, flannel);
  }
  const all = [...namespaces, ...pods.pods];
  addAnswers(all);
  return { namespaces: all };
}

/** More members of one network than this are not told about each other: the list would grow with the square. */
const MOST_MEMBERS = 64;

/** Who shares an IP network shares a wire in every lab, and so learns by ARP the MACs of the others. */
function addAnswers(namespaces: readonly NamespaceState[]): void {
  const members = namespaces.flatMap((namespace) =>
    namespace.addresses.flatMap(({ dev, address }) => {
      const mac = namespace.links.find((link) => link.name === dev)?.mac;
      if (mac === undefined || prefixLengthOf(address) === 32) return [];
      return [{ namespace, dev, mac, address: addressOf(address), network: networkOf(address) }];
    }),
  );
  for (const wire of grouped(members, ({ network }) => network).values()) {
    const known =
      wire.length > MOST_MEMBERS ? wire.filter(({ namespace }) => namespace.role !== 'pod') : wire;
    // One answer for all who may hear it on a device of this name: in a large lab they would be most of its state.
    for (const sameDevice of grouped(wire, ({ dev }) => dev).values()) {
      const answers = known.map(({ namespace, address, mac }) => ({
        namespace,
        answer: {
          dev: sameDevice[0]?.dev ?? '',
          subnet: `${address}/32`,
          lladdr: mac,
          owner: 'underlay' as const,
          why: `${address} is ${namespace.name}, with the MAC ${mac}`,
        },
      }));
      for (const self of sameDevice) {
        for (const { namespace, answer } of answers)
          if (namespace !== self.namespace) self.namespace.answers.push(answer);
      }
    }
  }
}

function flannelState(cluster: Cluster, name: string): NamespaceState | undefined {
  const { flannel } = cluster;
  const node = cluster.nodes.find((candidate) => candidate.name === name);
  const all = leases(cluster);
  const own = all.find((lease) => lease.node === name);
  if (!flannel || !node || !own) return undefined;
  const remotes = all.filter((lease) => lease !== own);
  return flannel.era === 'v0.7'
    ? flannelStateV07(node, own, remotes, flannel)
    : flannelStateCurrent(node, own, remotes, flannel);
}

function merge(into: NamespaceState, from: NamespaceState): void {
  into.links.push(...from.links);
  into.addresses.push(...from.addresses);
  into.routes.push(...from.routes);
  into.neighbours.push(...from.neighbours);
  into.answers.push(...from.answers);
  into.fdb.push(...from.fdb);
  into.sysctls.push(...from.sysctls);
  into.iptables.push(...from.iptables);
  Object.assign(into.files, from.files);
}

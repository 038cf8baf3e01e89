import type { Cluster, Node, Pod } from '../model/cluster.ts';
import { broadcastAddress, nthAddress, prefixLengthOf } from '../model/cidr.ts';
import { emptyNamespace, type NamespaceState } from '../kernel/state.ts';

/**
 * How pods hang on their node: a bridge with the first address of the node's podCIDR, which is the pods' gateway, and a veth pair per pod.
 * Docker's docker0 (the documents) and the CNI bridge plugin's cni0 differ in names, MACs and hairpin mode, not in the picture:
 *
 *   pod                  node
 *   ┌──────────┐      ┌──────────────────────────────────┐
 *   │ eth0 .7  ├──────┤ veth1a2b3c4 ── docker0 .1 ── ... │
 *   └──────────┘      └──────────────────────────────────┘
 */
export function podNetworkState(cluster: Cluster): {
  node: Map<string, NamespaceState>;
  pods: NamespaceState[];
} {
  const node = new Map<string, NamespaceState>();
  for (const candidate of cluster.nodes) {
    const state = bridgeState(cluster, candidate);
    if (state) node.set(candidate.name, state);
  }
  const pods: NamespaceState[] = [];
  for (const pod of cluster.pods) {
    const owner = cluster.nodes.find((candidate) => candidate.name === pod.node);
    if (!owner?.podCIDR) continue;
    pods.push(podState(cluster, owner.podCIDR, pod));
    node.get(pod.node)?.links.push({
      name: pod.hostVeth.name,
      type: 'veth',
      up: true,
      mtu: pod.mtu,
      mac: pod.hostVeth.mac,
      ...(pod.hostVeth.index === undefined ? {} : { index: pod.hostVeth.index }),
      master: cluster.bridge.name,
      hairpin: cluster.bridge.hairpin,
      addrgenmode: 'none',
      owner: cluster.bridge.style,
      why: `the node's end of pod ${pod.netns}'s eth0`,
    });
  }
  return { node, pods };
}

/** Address of the bridge, and so the pods' gateway. */
export const bridgeAddress = (podCIDR: string): string => nthAddress(podCIDR, 1);

function bridgeState(cluster: Cluster, node: Node): NamespaceState | undefined {
  if (node.podCIDR === undefined) return undefined;
  const { name, style, mtu } = cluster.bridge;
  const state = emptyNamespace(node.name, 'node');
  const address = `${bridgeAddress(node.podCIDR)}/${prefixLengthOf(node.podCIDR)}`;
  state.links.push({
    name,
    type: 'bridge',
    up: true,
    mtu,
    mac: node.bridgeMAC,
    // Docker's netlink library leaves the queue length at 0, as the documents' ifconfig shows.
    ...(style === 'docker' ? { txqueuelen: 0 } : {}),
    owner: style,
    why: `the pods of ${node.name} meet here`,
  });
  state.addresses.push({
    dev: name,
    address,
    broadcast: broadcastAddress(address),
    owner: style,
    why: `the gateway of ${node.name}'s pods (${node.podCIDR})`,
  });
  return state;
}

function podState(cluster: Cluster, podCIDR: string, pod: Pod): NamespaceState {
  const state = emptyNamespace(pod.netns, 'pod');
  const { style } = cluster.bridge;
  const address = `${pod.ip}/${prefixLengthOf(podCIDR)}`;
  state.links.push({
    name: 'eth0',
    type: 'veth',
    up: true,
    mtu: pod.mtu,
    mac: pod.mac,
    ...(pod.index === undefined ? {} : { index: pod.index }),
    // Docker turns IPv6 off in containers unless it was asked for it; the documents' pods show none either.
    addrgenmode: 'none',
    peer: { namespace: pod.node, name: pod.hostVeth.name },
    owner: style,
    why: `pod ${pod.netns} is plugged into ${cluster.bridge.name} of ${pod.node}`,
  });
  state.addresses.push({
    dev: 'eth0',
    address,
    broadcast: broadcastAddress(address),
    owner: style,
    why: `status.podIP of pod ${pod.netns}`,
  });
  state.routes.push({
    to: 'default',
    via: bridgeAddress(podCIDR),
    dev: 'eth0',
    owner: style,
    why: `everything else goes to ${cluster.bridge.name} of ${pod.node}`,
  });
  state.files['hosts'] = `# ${pod.netns}\n127.0.0.1\tlocalhost\n${pod.ip}\t${pod.name}\n`;
  return state;
}

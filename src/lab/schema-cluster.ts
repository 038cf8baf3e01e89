import * as z from 'zod/mini';
import {
  described,
  device,
  hostAddress,
  hostAddressProblem,
  interfaceAddress,
  mac,
  mapping,
  mtu,
  network,
  optional,
  shortName,
  text,
  vni,
  wholeNumber,
  yesOrNo,
} from './schema-scalar.ts';

/** The `cluster` part of a lab file. */

const gateway = text('an IPv4 address, e.g. 192.168.0.1, or none', (value) =>
  value === 'none' ? undefined : hostAddressProblem(value),
);
const gatewayWords =
  'Next hop of the default route. Default: the address of the one router on the same segment; without a router, or with several, no default route. `none` turns it off.';

export const nodeSchema = mapping('a node', {
  name: described(shortName, 'Name of the node and of its network namespace.'),
  address: described(interfaceAddress, "Address of the node's eth0 with the prefix length of its segment."),
  podCIDR: optional(
    network,
    "The node's share of the pod network; its first address is the pod bridge's. Default: no pods here.",
  ),
  mac: optional(mac, 'MAC of eth0. Default: made from the name.'),
  bridgeMAC: optional(mac, 'MAC of the pod bridge on this node. Default: made from the name.'),
  vtepMAC: optional(
    mac,
    'MAC of flannel.<VNI> on this node (VtepMAC of its lease). Default: made from the name.',
  ),
  mtu: optional(mtu, 'MTU of eth0. Default: 1500.'),
  gateway: optional(gateway, gatewayWords),
});

export const routerSchema = mapping('a router', {
  name: described(shortName, 'Name of the router and of its network namespace.'),
  addresses: described(
    z
      .array(interfaceAddress, { error: 'a list of addresses' })
      .check(z.minLength(1, { error: 'at least one address' })),
    'Addresses of eth0, eth1, ... with prefix lengths; one for each segment that it joins.',
  ),
});

export const hostSchema = mapping('a host', {
  name: described(shortName, 'Name of the host and of its network namespace.'),
  address: described(interfaceAddress, 'Address of its eth0 with the prefix length of its segment.'),
  gateway: optional(gateway, gatewayWords),
});

export const segmentSchema = mapping('a segment', {
  name: described(shortName, 'Name of the segment and of the network namespace of its bridge.'),
  cidr: described(network, 'Its subnet, as the addresses on it have it.'),
});

const bridgeMapping = mapping('a bridge', {
  name: described(device, 'docker0, cni0 or any other.'),
  style: optional(
    z.enum(['docker', 'cni']),
    "Whose habits of naming and addressing: Docker's or the CNI bridge plugin's. Default: docker for docker0, else cni.",
  ),
  mtu: optional(
    mtu,
    'MTU of the bridge and of the pods. Default: what the underlay leaves after encapsulation.',
  ),
  hairpin: optional(yesOrNo, 'Whether a pod may reach itself through its own bridge port. Default: false.'),
});

export const bridgeSchema = z.union([device, bridgeMapping], {
  error: 'the name of a bridge, e.g. docker0, or a mapping with name, style, mtu, hairpin',
});

/** Keys of net-conf.json that exist in flannel but whose effect does not exist here yet; `only` is the one value that changes nothing. */
const notYet = (only: unknown, what: string): z.ZodMiniExactOptional<z.ZodMiniUnknown> =>
  optional(
    z.unknown().check(
      z.refine((value) => value === only, {
        error: `${what}, which is not there yet; expected ${String(only)}`,
      }),
    ),
    `Only ${String(only)} for now.`,
  );

const backendSchema = mapping(
  'a flannel backend',
  {
    Type: described(
      z.literal('vxlan', { error: 'vxlan; the other backends of flannel are not there yet' }),
      'Only vxlan for now.',
    ),
    VNI: optional(vni, 'VXLAN network identifier; the device is flannel.<VNI>. Default: 1.'),
    Port: optional(
      wholeNumber(0, 65535, 'a port'),
      'UDP port. Default, and 0: 8472, the default of the Linux kernel.',
    ),
    DirectRouting: notYet(false, 'this asks for direct routing'),
    GBP: notYet(false, 'this asks for VXLAN group based policy'),
    Learning: notYet(false, 'this asks for MAC learning'),
  },
  'Backend: {Type: vxlan}; without a Type flannel takes udp, which is not there yet',
);

export const netConfSchema = mapping("flannel's config", {
  Network: optional(network, 'The pod network of the whole cluster.'),
  SubnetLen: optional(
    z.int({ error: 'a prefix length' }),
    "Prefix length of each node's share. Default: 24, or two more than that of Network if it is longer than 22.",
  ),
  SubnetMin: optional(hostAddress, 'The first share that may be leased. Default: the second of Network.'),
  SubnetMax: optional(hostAddress, 'The last share that may be leased. Default: the last of Network.'),
  EnableIPv4: notYet(true, 'this turns IPv4 off'),
  EnableIPv6: notYet(false, 'this asks for IPv6'),
  EnableNFTables: notYet(false, 'this asks for nftables'),
  Backend: described(backendSchema, 'How packets reach other nodes.'),
});

export const flannelSchema = mapping('flannel', {
  era: optional(
    z.enum(['v0.7', 'current']),
    "Which generation's kernel state: v0.7 with entries on L3 miss, or today's. Default: current.",
  ),
  ipMasq: optional(yesOrNo, "flannel's --ip-masq. Default: true."),
  config: described(netConfSchema, "net-conf.json as it is; as in flannel, the keys' case does not matter."),
});

export const clusterSchema = mapping('a cluster', {
  nodes: described(
    z.array(nodeSchema, { error: 'a list of nodes' }).check(z.minLength(1, { error: 'at least one node' })),
    'The machines of the cluster, each a network namespace.',
  ),
  routers: optional(
    z.array(routerSchema, { error: 'a list of routers' }),
    'Namespaces that forward between segments.',
  ),
  hosts: optional(z.array(hostSchema, { error: 'a list of hosts' }), 'Machines outside the cluster.'),
  segments: optional(
    z.array(segmentSchema, { error: 'a list of segments' }),
    'Names for the L2 segments; there is one for each subnet of the addresses above. Default: segment1, segment2, ...',
  ),
  bridge: optional(
    bridgeSchema,
    "The pods' bridge on each node. Default: docker0 with flannel v0.7, else cni0.",
  ),
  flannel: optional(flannelSchema, 'The overlay between nodes. Default: none.'),
});

export type NodeEntry = z.infer<typeof nodeSchema>;
export type RouterEntry = z.infer<typeof routerSchema>;
export type HostEntry = z.infer<typeof hostSchema>;
export type SegmentEntry = z.infer<typeof segmentSchema>;
export type BridgeEntry = z.infer<typeof bridgeSchema>;
export type FlannelEntry = z.infer<typeof flannelSchema>;

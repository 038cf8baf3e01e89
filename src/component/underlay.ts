import type { Cluster, Host, Node, Router, Segment } from '../model/cluster.ts';
import { addressOf, broadcastAddress, networkOf } from '../model/cidr.ts';
import { seededMAC } from '../model/mac.ts';
import { emptyNamespace, type NamespaceState, type Wanted } from '../kernel/state.ts';
import type { Link } from '../kernel/link.ts';
import type { Sysctl } from '../kernel/sysctl.ts';

/**
 * The physical network under the cluster. Each L2 segment is a bridge in a namespace of its own, with one port per attached machine, named
 * after it; the machine's end of the pair is its eth0 (a router's second segment is eth1, and so on).
 *
 *   node1                 lan                       gateway                wan               outside
 *   ┌──────┐   ┌─────────────────────────┐      ┌──────────────┐   ┌──────────────────┐   ┌──────┐
 *   │ eth0 ├───┤node1   br0       gateway├──────┤ eth0    eth1 ├───┤gateway  br0 outside├──┤ eth0 │
 *   └──────┘   └───────┬─────────────────┘      └──────────────┘   └──────────────────┘   └──────┘
 *                    node2
 */
export function underlayState(cluster: Cluster): NamespaceState[] {
  const wires = attachments(cluster);
  const segments = cluster.segments.map((segment) => segmentState(segment, wires));
  const nodes = cluster.nodes.map((node) => nodeState(node, cluster, wires));
  const routers = cluster.routers.map((router) => routerState(router, cluster, wires));
  const hosts = cluster.hosts.map((host) => hostState(host, cluster, wires));
  return [...segments, ...nodes, ...routers, ...hosts];
}

/** Name of the bridge inside a segment's namespace. */
const SEGMENT_BRIDGE = 'br0';

/**
 * Ports are numbered apart from what they are plugged into. Where both ends of a veth pair have the same ifindex, the kernel takes them for
 * ordinary devices and may report their carrier up to a second late (net/core/link_watch.c, linkwatch_urgent_event), and the bridge forwards
 * nothing until then.
 */
const FIRST_PORT_INDEX = 101;
/** lo is 1. */
const FIRST_DEVICE_INDEX = 2;

interface Attachment {
  machine: string;
  dev: string;
  address: string;
  mac: string;
  mtu: number;
  segment: Segment;
  /** Name of its port on the segment's bridge. */
  port: string;
}

/** Every cable of the underlay, in the order nodes, routers, hosts. */
function attachments(cluster: Cluster): Attachment[] {
  const segments = new Map(cluster.segments.map((segment) => [segment.cidr, segment]));
  const machines = new Set([...cluster.nodes, ...cluster.routers, ...cluster.hosts].map(({ name }) => name));
  return [
    ...cluster.nodes.map((node) => ({
      machine: node.name,
      dev: 'eth0',
      address: node.address,
      mac: node.mac,
      mtu: node.mtu,
    })),
    ...cluster.routers.flatMap((router) =>
      router.addresses.map((address, index) => ({
        machine: router.name,
        dev: `eth${index}`,
        address,
        mac: seededMAC(`${router.name}/eth${index}`),
        mtu: 1500,
      })),
    ),
    ...cluster.hosts.map((host) => ({
      machine: host.name,
      dev: 'eth0',
      address: host.address,
      mac: seededMAC(`${host.name}/eth0`),
      mtu: 1500,
    })),
  ].flatMap((machine, position) => {
    const segment = segments.get(networkOf(machine.address));
    return segment ? [{ ...machine, segment, port: portName(machine, position, machines) }] : [];
  });
}

/**
 * A port is named after the machine that is plugged into it, further ones of a router after its device too. Where that is too long for a device
 * name, or some machine's own name, it has a number; names of machines have no capitals.
 */
function portName(
  { machine, dev }: { machine: string; dev: string },
  position: number,
  machines: ReadonlySet<string>,
): string {
  if (dev === 'eth0') return machine;
  const name = `${machine}-${dev}`;
  return name.length <= LONGEST_DEVICE_NAME && !machines.has(name) ? name : `P${position}-${dev}`;
}

/** IFNAMSIZ without the terminating zero (linux/if.h). */
const LONGEST_DEVICE_NAME = 15;

function segmentState(segment: Segment, wires: readonly Attachment[]): NamespaceState {
  const state = emptyNamespace(segment.name, 'segment');
  const ports = wires.filter((wire) => wire.segment === segment);
  state.links.push({
    name: SEGMENT_BRIDGE,
    type: 'bridge',
    up: true,
    mtu: Math.max(1500, ...ports.map((port) => port.mtu)),
    mac: seededMAC(`${segment.name}/${SEGMENT_BRIDGE}`),
    addrgenmode: 'none',
    owner: 'underlay',
    why: `the switch of segment ${segment.name} (${segment.cidr})`,
  });
  for (const [position, port] of ports.entries()) {
    state.links.push({
      name: port.port,
      index: FIRST_PORT_INDEX + position,
      type: 'veth',
      up: true,
      mtu: port.mtu,
      mac: seededMAC(`${segment.name}/${port.port}`),
      master: SEGMENT_BRIDGE,
      addrgenmode: 'none',
      owner: 'underlay',
      why: `the switch port of ${port.machine}'s ${port.dev}`,
    });
  }
  return state;
}

function attach(state: NamespaceState, machine: string, wires: readonly Attachment[]): void {
  for (const attachment of wires.filter((wire) => wire.machine === machine)) {
    const { segment } = attachment;
    const link: Wanted<Link> = {
      name: attachment.dev,
      type: 'veth',
      up: true,
      mtu: attachment.mtu,
      mac: attachment.mac,
      index: FIRST_DEVICE_INDEX + Number(attachment.dev.slice('eth'.length)),
      peer: { namespace: segment.name, name: attachment.port },
      owner: 'underlay',
      why: `${machine} is plugged into segment ${segment.name}`,
    };
    state.links.push(link);
    state.addresses.push({
      dev: attachment.dev,
      address: attachment.address,
      broadcast: broadcastAddress(attachment.address),
      ...(state.role === 'node' ? { metric: NODE_METRIC } : {}),
      owner: 'underlay',
      why: `the address of ${machine} on segment ${segment.name}`,
    });
  }
}

/** The documents' hosts are configured by NetworkManager, which gives an Ethernet device's routes this metric. */
const NODE_METRIC = 100;

function nodeState(node: Node, cluster: Cluster, wires: readonly Attachment[]): NamespaceState {
  const state = emptyNamespace(node.name, 'node');
  attach(state, node.name, wires);
  if (node.gateway !== undefined) {
    state.routes.push({
      to: 'default',
      via: node.gateway,
      dev: 'eth0',
      metric: NODE_METRIC,
      owner: 'underlay',
      why: `${node.name} reaches everything else through ${routerOf(cluster, node.gateway)}`,
    });
  }
  state.sysctls.push({
    name: 'net/ipv4/ip_forward',
    value: '1',
    owner: 'underlay',
    why: `${node.name} forwards for its pods; Docker and the kubelet want it so`,
  });
  state.sysctls.push(unreachableUnlimited(node.name));
  state.files['hosts'] = hostsFile(cluster, node.name);
  return state;
}

function routerState(router: Router, cluster: Cluster, wires: readonly Attachment[]): NamespaceState {
  const state = emptyNamespace(router.name, 'router');
  attach(state, router.name, wires);
  state.sysctls.push({
    name: 'net/ipv4/ip_forward',
    value: '1',
    owner: 'underlay',
    why: `${router.name} forwards between segments`,
  });
  state.sysctls.push(unreachableUnlimited(router.name));
  // Two limiters of the kernel share one bucket per sender, ip_error and icmpv4_xrlim_allow: a sender that tries once a second would never hear
  // that there is no route. The lab's own router has none of the second.
  state.sysctls.push({
    name: 'net/ipv4/icmp_ratelimit',
    value: '0',
    owner: 'underlay',
    why: `${router.name} says every time that a destination is unreachable`,
  });
  state.files['hosts'] = hostsFile(cluster, router.name);
  return state;
}

/**
 * Who has no route refuses, and the kernel pays for each refusal twice out of one bucket of a token per second: ip_error() takes one, and
 * icmpv4_xrlim_allow() one for every type in this mask (default 6168: types 3, 4, 11, 12; icmp(7)). A check that is repeated every second then
 * never sees an answer again. Without type 3 in the mask it does.
 */
function unreachableUnlimited(name: string): Wanted<Sysctl> {
  return {
    name: 'net/ipv4/icmp_ratemask',
    value: String((1 << 4) | (1 << 11) | (1 << 12)),
    owner: 'underlay',
    why: `${name} says "unreachable" every time, so that a check can be repeated`,
  };
}

function hostState(host: Host, cluster: Cluster, wires: readonly Attachment[]): NamespaceState {
  const state = emptyNamespace(host.name, 'host');
  attach(state, host.name, wires);
  if (host.gateway !== undefined) {
    state.routes.push({
      to: 'default',
      via: host.gateway,
      dev: 'eth0',
      owner: 'underlay',
      why: `${host.name} reaches everything else through ${routerOf(cluster, host.gateway)}`,
    });
  }
  state.files['hosts'] = hostsFile(cluster, host.name);
  return state;
}

function routerOf(cluster: Cluster, address: string): string {
  const router = cluster.routers.find((candidate) =>
    candidate.addresses.some((own) => addressOf(own) === address),
  );
  return router ? `${router.name} (${address})` : address;
}

/** Machines know each other by name: `route` prints `gateway` where the documents do. */
function hostsFile(cluster: Cluster, self: string): string {
  const rows = [
    ['127.0.0.1', 'localhost'],
    ...cluster.nodes.map((node) => [addressOf(node.address), node.name]),
    ...cluster.routers.flatMap((router) =>
      router.addresses.map((address) => [addressOf(address), router.name]),
    ),
    ...cluster.hosts.map((host) => [addressOf(host.address), host.name]),
  ];
  return `# ${self}\n${rows.map(([address, name]) => `${address}\t${name}\n`).join('')}`;
}

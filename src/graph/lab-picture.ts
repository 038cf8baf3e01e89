import { kernelState } from '../component/kernel-state.ts';
import type { Link, Vxlan } from '../kernel/link.ts';
import type { Route } from '../kernel/route.ts';
import type { NamespaceState, Wanted } from '../kernel/state.ts';
import { addressOf } from '../model/cidr.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Device, Machine, Overlay, Picture, PodBox, Switch, Wire } from './picture.ts';

/** What of a lab is needed to draw it. */
export interface Drawable {
  name: string;
  summary: string;
  cluster: Cluster;
}

/**
 * The picture of a lab, out of the rows that `up` writes into the kernel: what is not among them is not drawn, and what is drawn will be there.
 * A component that comes later (another backend, services) is seen as soon as its rows are.
 */
export function labPicture({ name, summary, cluster }: Drawable): Picture {
  const { namespaces } = kernelState(cluster);
  const machines = namespaces.flatMap((state) => machine(state, cluster));
  const pods = podBoxes(namespaces);
  return {
    name,
    summary,
    facts: facts(cluster),
    segments: namespaces.flatMap((state) => switchOf(state, cluster)),
    machines,
    pods,
    wires: wires(namespaces),
    overlays: overlays(namespaces, machines, cluster),
  };
}

function facts({ nodes, pods, bridge, flannel }: Cluster): string[] {
  const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
  return [
    `${count(nodes.length, 'node')}, ${count(pods.length, 'pod')}`,
    ...(flannel ? [`pod network ${flannel.network}`, `flannel ${flannel.era}`] : []),
    ...(nodes.some(({ podCIDR }) => podCIDR !== undefined) ? [`pods on ${bridge.name}`] : []),
  ];
}

function switchOf(state: NamespaceState, { segments }: Cluster): Switch[] {
  const bridge = state.links.find(({ type }) => type === 'bridge');
  const segment = segments.find(({ name }) => name === state.name);
  if (state.role !== 'segment' || !bridge || !segment) return [];
  return [{ name: segment.name, cidr: segment.cidr, bridge: bridge.name }];
}

function machine(state: NamespaceState, { nodes }: Cluster): Machine[] {
  const { name, role } = state;
  if (role === 'pod' || role === 'segment') return [];
  const podCIDR = nodes.find((node) => node.name === name)?.podCIDR;
  const devices = state.links.flatMap((link) => device(link, state) ?? []);
  devices.sort((one, other) => inwards.indexOf(one.type) - inwards.indexOf(other.type));
  return [
    {
      name,
      role,
      ...(podCIDR === undefined || role !== 'node' ? {} : { podCIDR }),
      devices,
      routes: state.routes.map(routeWords),
    },
  ];
}

const inwards: readonly Device['type'][] = ['ethernet', 'tunnel', 'bridge'];

/** A port of a bridge is the end of a wire, and no device to draw of its own. */
function device(link: Wanted<Link>, { addresses }: NamespaceState): Device | undefined {
  if (link.master !== undefined) return undefined;
  const { name, mac = '', mtu = 0, vxlan } = link;
  const own = addresses.filter(({ dev }) => dev === name).map(({ address }) => address);
  const common = { name, mac, mtu, addresses: own };
  if (vxlan) return { ...common, type: 'tunnel', encapsulation: encapsulation(vxlan) };
  return { ...common, type: link.type === 'bridge' ? 'bridge' : 'ethernet' };
}

function encapsulation({ vni, port, dev }: Vxlan): NonNullable<Device['encapsulation']> {
  const short = `VNI ${vni}, UDP ${port}`;
  return { words: `VXLAN ${short}`, short, over: dev };
}

/** As `ip route` prints it, without what goes without saying. */
function routeWords({ type, to, via, dev, onlink }: Route): string {
  return [
    ...(type === undefined ? [] : [type]),
    to,
    ...(via === undefined ? [] : ['via', via]),
    ...(dev === '' ? [] : ['dev', dev]),
    ...(onlink === true ? ['onlink'] : []),
  ].join(' ');
}

function podBoxes(namespaces: readonly NamespaceState[]): PodBox[] {
  const ports = new Map(
    namespaces.flatMap((state) => state.links.map((link) => [`${state.name}/${link.name}`, link] as const)),
  );
  return namespaces.flatMap((state) => {
    if (state.role !== 'pod') return [];
    const eth0 = state.links.find(({ peer }) => peer !== undefined);
    const port = eth0?.peer && ports.get(`${eth0.peer.namespace}/${eth0.peer.name}`);
    const drawn = eth0 && device(eth0, state);
    if (!eth0?.peer || !port || !drawn) return [];
    return [
      {
        name: state.name,
        node: eth0.peer.namespace,
        device: drawn,
        ...(eth0.index === undefined ? {} : { index: eth0.index }),
        host: {
          name: port.name,
          mac: port.mac ?? '',
          bridge: port.master ?? '',
          ...(port.index === undefined ? {} : { index: port.index }),
        },
      },
    ];
  });
}

function wires(namespaces: readonly NamespaceState[]): Wire[] {
  const masters = new Map(
    namespaces.flatMap((state) =>
      state.links.map((link) => [`${state.name}/${link.name}`, link.master] as const),
    ),
  );
  return namespaces.flatMap((state) =>
    state.links.flatMap(({ name, peer }) => {
      if (!peer) return [];
      const master = masters.get(`${peer.namespace}/${peer.name}`) ?? '';
      return [
        {
          bridge: { place: peer.namespace, name: master, port: peer.name },
          far: { place: state.name, device: name },
        },
      ];
    }),
  );
}

/** A tunnel is there where a node's forwarding table sends frames to another node's underlay address. */
function overlays(
  namespaces: readonly NamespaceState[],
  machines: readonly Machine[],
  cluster: Cluster,
): Overlay[] {
  const at = new Map(cluster.nodes.map((node) => [addressOf(node.address), node.name]));
  const order = new Map(machines.map(({ name }, position) => [name, position]));
  const found = new Map<string, Overlay>();
  for (const one of machines) {
    for (const { name, type, addresses, encapsulation } of one.devices) {
      if (type !== 'tunnel' || !encapsulation) continue;
      const key = `${name} ${encapsulation.words}`;
      const overlay = found.get(key) ?? {
        words: encapsulation.words,
        device: name,
        members: [],
        tunnels: [],
      };
      overlay.members.push({ node: one.name, address: addresses[0] ?? '' });
      found.set(key, overlay);
    }
  }
  for (const overlay of found.values()) {
    const seen = new Set<string>();
    for (const { name, fdb } of namespaces) {
      for (const { dev, dst } of fdb) {
        const other = at.get(dst);
        if (dev !== overlay.device || other === undefined || other === name) continue;
        const pair = [name, other].toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
        const key = pair.join(' ');
        if (!seen.has(key)) overlay.tunnels.push(pair as [string, string]);
        seen.add(key);
      }
    }
  }
  return [...found.values()];
}

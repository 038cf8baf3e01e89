import {
  type Crowd,
  MOST_MEMBERS_IN_PAIRS,
  mostPods,
  podAddress,
  type PodGroup,
  podGroups,
} from './crowd.ts';
import type { Device, Machine, Overlay, Picture } from './picture.ts';

/**
 * The picture as boxes and lines for programs that lay out by themselves (Mermaid, Graphviz). Identifiers are ours, `b0`, `b1` ..., so that no name
 * can be a keyword of theirs; names are only ever labels.
 */
export interface Chart {
  title: string;
  boxes: ChartBox[];
  groups: { id: string; label: string; boxes: ChartBox[] }[];
  lines: ChartLine[];
}

export interface ChartBox {
  id: string;
  kind: 'segment' | 'ethernet' | 'tunnel' | 'bridge' | 'pod' | 'overlay';
  /** Lines of its label. */
  label: string[];
}

export interface ChartLine {
  from: string;
  to: string;
  /** wire: a veth pair; inside: two devices of one machine; tunnel: frames inside packets. */
  kind: 'wire' | 'inside' | 'tunnel';
  label?: string;
}

/** The identifier of a machine, segment or pod, of a device of it, or of what else is drawn in its place. */
type Id = (place: string, device?: string, part?: string) => string;

export function chart(picture: Picture): Chart {
  const id = identifiers();
  const { name, summary, segments, machines, overlays } = picture;
  const groups = podGroups(picture, mostPods(picture));
  return {
    title: summary === '' ? name : `${name}: ${summary}`,
    boxes: [
      ...segments.map((segment): ChartBox => ({
        id: id(segment.name),
        kind: 'segment',
        label: [segment.name, segment.cidr],
      })),
      ...overlays.filter(isHub).map((hub): ChartBox => ({
        id: id(hub.words, hub.device),
        kind: 'overlay',
        label: [hub.words, meshWords(hub)],
      })),
    ],
    groups: machines.map((machine) => ({
      id: id(machine.name),
      label: machineLabel(machine),
      boxes: [
        ...machine.devices.map((device): ChartBox => ({
          id: id(machine.name, device.name),
          kind: device.type,
          label: deviceLabel(device),
        })),
        ...podBoxes(machine, groups.get(machine.name), id),
      ],
    })),
    lines: [
      ...wireLines(picture, groups, id),
      ...machines.flatMap((machine) => insideLines(machine, id)),
      ...overlays.flatMap((overlay) => tunnelLines(overlay, id)),
    ],
  };
}

function identifiers(): Id {
  const ids = new Map<string, string>();
  return (...words) => {
    const key = JSON.stringify(words);
    const known = ids.get(key) ?? `b${ids.size}`;
    ids.set(key, known);
    return known;
  };
}

function podBoxes({ name }: Machine, group: PodGroup | undefined, id: Id): ChartBox[] {
  if (!group) return [];
  if (group.crowd) return [{ id: id(name, '', 'crowd'), kind: 'pod', label: crowdLabel(group.crowd) }];
  return group.pods.map((pod) => ({ id: id(pod.name), kind: 'pod', label: [pod.name, podAddress(pod)] }));
}

function wireLines({ machines, wires }: Picture, groups: ReadonlyMap<string, PodGroup>, id: Id): ChartLine[] {
  const isMachine = new Set(machines.map(({ name }) => name));
  const isPod = new Set([...groups.values()].flatMap(({ pods }) => pods.map(({ name }) => name)));
  const single = wires.flatMap(({ bridge, far }): ChartLine[] => {
    if (isMachine.has(far.place))
      return [{ kind: 'wire', from: id(bridge.place), to: id(far.place, far.device) }];
    if (!isPod.has(far.place)) return [];
    return [{ kind: 'wire', from: id(bridge.place, bridge.name), to: id(far.place), label: bridge.port }];
  });
  const many = [...groups].flatMap(([node, { crowd }]): ChartLine[] => {
    if (!crowd) return [];
    const label = `${crowd.count} veth pairs`;
    return [{ kind: 'wire', from: id(node, crowd.bridge), to: id(node, '', 'crowd'), label }];
  });
  return [...single, ...many];
}

/** `45 tunnels, each node to each other` */
export function meshWords({ members, tunnels }: Overlay): string {
  const whole = tunnels.length === (members.length * (members.length - 1)) / 2;
  const count = `${tunnels.length} tunnel${tunnels.length === 1 ? '' : 's'}`;
  return whole && members.length > 2 ? `${count}, each node to each other` : count;
}

const isHub = ({ members }: Overlay): boolean => members.length > MOST_MEMBERS_IN_PAIRS;

function crowdLabel({ count, first, last }: Crowd): string[] {
  return [`${count} pods`, `${podAddress(first)} – ${podAddress(last)}`, `${first.name} – ${last.name}`];
}

function machineLabel({ name, role, podCIDR }: Machine): string {
  if (role !== 'node') return `${name} (${role})`;
  return podCIDR === undefined ? name : `${name}, podCIDR ${podCIDR}`;
}

function deviceLabel({ name, addresses, mac, encapsulation }: Device): string[] {
  return [name, ...addresses, mac, ...(encapsulation ? [encapsulation.words] : [])];
}

/** From the wire inwards: what leaves by what. A bridge's packets are routed, to the tunnel where there is one. */
function insideLines({ name, role, devices }: Machine, id: Id): ChartLine[] {
  if (role !== 'node') return [];
  const inside = (outer: string, inner: string): ChartLine => ({
    kind: 'inside',
    from: id(name, outer),
    to: id(name, inner),
  });
  const tunnels = devices.filter(({ type }) => type === 'tunnel');
  const bridges = devices.filter(({ type }) => type === 'bridge');
  const outward = tunnels[0] ?? devices.find(({ type }) => type === 'ethernet');
  return [
    ...tunnels.map((tunnel) => inside(tunnel.encapsulation?.over ?? 'eth0', tunnel.name)),
    ...bridges.flatMap((bridge) => (outward ? [inside(outward.name, bridge.name)] : [])),
  ];
}

function tunnelLines(overlay: Overlay, id: Id): ChartLine[] {
  const { words, device, members, tunnels } = overlay;
  if (isHub(overlay))
    return members.map(({ node }) => ({ kind: 'tunnel', from: id(words, device), to: id(node, device) }));
  return tunnels.map(([one, other]) => ({
    kind: 'tunnel',
    from: id(one, device),
    to: id(other, device),
    label: words,
  }));
}

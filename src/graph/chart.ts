import { type Crowd, MOST_MEMBERS_IN_PAIRS, mostPods, podAddress, podGroups } from './crowd.ts';
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

export function chart(picture: Picture): Chart {
  let count = 0;
  const ids = new Map<string, string>();
  const id = (place: string, device = ''): string => {
    const key = JSON.stringify([place, device]);
    const known = ids.get(key) ?? `b${count++}`;
    ids.set(key, known);
    return known;
  };
  const { segments, machines, overlays } = picture;
  const groups = podGroups(picture, mostPods(picture));
  const drawnPods = [...groups.values()].flatMap(({ pods }) => pods);
  const crowds = [...groups].flatMap(([node, { crowd }]) => (crowd ? [{ node, crowd }] : []));
  const onNode = (node: string): ChartBox[] => [
    ...drawnPods
      .filter((pod) => pod.node === node)
      .map((pod): ChartBox => ({ id: id(pod.name), kind: 'pod', label: [pod.name, podAddress(pod)] })),
    ...crowds
      .filter((one) => one.node === node)
      .map(({ crowd }): ChartBox => ({ id: id(node, 'pods'), kind: 'pod', label: crowdLabel(crowd) })),
  ];
  const far = new Set([...segments.map(({ name }) => name), ...machines.map(({ name }) => name)]);
  for (const { name } of drawnPods) far.add(name);
  const hubs = overlays.filter(isHub);
  return {
    title: picture.summary === '' ? picture.name : `${picture.name}: ${picture.summary}`,
    boxes: [
      ...segments.map(({ name, cidr }): ChartBox => ({ id: id(name), kind: 'segment', label: [name, cidr] })),
      ...hubs.map((hub): ChartBox => ({
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
        ...onNode(machine.name),
      ],
    })),
    lines: [
      ...picture.wires
        .filter((wire) => far.has(wire.far.place))
        .map(({ bridge, far: end }): ChartLine => {
          const toPod = picture.pods.length > 0 && !machines.some(({ name }) => name === end.place);
          return {
            kind: 'wire',
            from: toPod ? id(bridge.place, bridge.name) : id(bridge.place),
            to: toPod ? id(end.place) : id(end.place, end.device),
            ...(toPod ? { label: bridge.port } : {}),
          };
        }),
      ...crowds.map(({ node, crowd }): ChartLine => ({
        kind: 'wire',
        from: id(node, crowd.bridge),
        to: id(node, 'pods'),
        label: `${crowd.count} veth pairs`,
      })),
      ...machines.flatMap((machine) => insideLines(machine, id)),
      ...overlays.flatMap((overlay) => tunnelLines(overlay, id)),
    ],
  };
}

/** `45 tunnels, each to each` */
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
function insideLines(
  { name, role, devices }: Machine,
  id: (place: string, device: string) => string,
): ChartLine[] {
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

function tunnelLines(overlay: Overlay, id: (place: string, device: string) => string): ChartLine[] {
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

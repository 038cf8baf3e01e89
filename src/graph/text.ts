import { visible } from '../report/visible.ts';
import { podAddress, podGroups, type PodGroup } from './crowd.ts';
import type { Device, Machine, Overlay, Picture, Switch } from './picture.ts';
import { type Branch, branch, columns, treeLines } from './tree.ts';

/** A list of pods longer than this is no picture any more. */
const MOST_PODS = 32;
/** A node of a large cluster has a tunnel and a route to each of the others. */
const MOST_ROWS = 6;

/**
 * A picture for a terminal: the switches with what is plugged into them, then every machine from the wire inwards.
 *
 *   node1  node, podCIDR 172.30.76.0/24
 *   ├── eth0       192.168.0.21/24  00:15:5d:02:b2:00  mtu 1500  on lan
 *   ├── flannel.1  172.30.76.0/32   8a:22:81:5e:d8:b7  mtu 1450  VXLAN VNI 1, UDP 8472, over eth0
 *   │   └╌╌ tunnel to node2 172.30.9.0/32
 *   └── docker0    172.30.76.1/24   02:42:67:05:b5:30  mtu 1450
 *       └── veth1a2b3c4  eth0 172.30.76.7  business-manager-666f454f7f-7l86b
 */
export function textPicture(picture: Picture, { unicode }: { unicode: boolean }): string {
  const groups = podGroups(picture, MOST_PODS);
  const trees = [
    ...picture.segments.map((segment) => segmentTree(segment, picture)),
    ...picture.machines.map((machine) => machineTree(machine, picture, groups.get(machine.name))),
  ];
  const head = [picture.name, ...(picture.summary === '' ? [] : [picture.summary]), picture.facts.join('; ')];
  const blocks = [head, ...trees.map((tree) => treeLines(tree, unicode))];
  const lines = blocks.map((block) => block.map((line) => `${shown(line, unicode)}\n`).join(''));
  return lines.join('\n');
}

/** Own strokes are beyond ASCII only where the terminal can show them; other people's words are checked for themselves. */
const shown = (line: string, unicode: boolean): string => visible(line, { ascii: !unicode });

function segmentTree({ name, cidr, bridge }: Switch, { wires, machines }: Picture): Branch {
  const plugged = wires.filter((wire) => wire.bridge.place === name);
  const rows = plugged.map(({ far }) => {
    const machine = machines.find((candidate) => candidate.name === far.place);
    const device = machine?.devices.find((candidate) => candidate.name === far.device);
    return [far.place, far.device, device?.addresses.join(', ') ?? ''];
  });
  return branch(
    `${name}  ${cidr}, a switch (${bridge})`,
    columns(rows).map((text) => branch(text)),
  );
}

function machineTree(machine: Machine, picture: Picture, group: PodGroup | undefined): Branch {
  const texts = columns(machine.devices.map((device) => deviceRow(machine, device, picture)));
  const devices = machine.devices.map((device, position) => {
    const tunnels = picture.overlays.flatMap((overlay) =>
      overlay.device === device.name ? tunnelBranches(machine, overlay) : [],
    );
    const pods = device.type === 'bridge' && group ? podBranches(device, group) : [];
    return branch(texts[position] ?? '', [...tunnels, ...pods]);
  });
  const routes = machine.routes.length === 0 ? [] : [branch('routes', few(machine.routes, 'routes'))];
  const what = machine.role === 'node' ? podCIDRWords(machine) : machine.role;
  return branch(`${machine.name}  ${what}`.trimEnd(), [...devices, ...routes]);
}

const podCIDRWords = ({ podCIDR }: Machine): string =>
  podCIDR === undefined ? 'node' : `node, podCIDR ${podCIDR}`;

function deviceRow({ name: place }: Machine, device: Device, { wires }: Picture): string[] {
  const { name, addresses, mac, mtu, encapsulation } = device;
  const wire = wires.find(({ far }) => far.place === place && far.device === name);
  const words = encapsulation
    ? `${encapsulation.words}, over ${encapsulation.over}`
    : wire
      ? `on ${wire.bridge.place}`
      : '';
  return [name, addresses.join(', '), mac, `mtu ${mtu}`, words];
}

function tunnelBranches({ name }: Machine, { members, tunnels }: Overlay): Branch[] {
  const others = tunnels
    .filter((pair) => pair.includes(name))
    .flatMap((pair) => pair.filter((end) => end !== name));
  const rows = columns(
    others.map((other) => [`tunnel to ${other}`, members.find(({ node }) => node === other)?.address ?? '']),
  );
  return few(rows, 'tunnels').map((one) => ({ ...one, broken: true }));
}

function podBranches(bridge: Device, { pods, crowd }: PodGroup): Branch[] {
  if (crowd) {
    if (crowd.bridge !== bridge.name) return [];
    const { count, first, last } = crowd;
    return [
      branch(`${count} pods  ${podAddress(first)} to ${podAddress(last)}, ${first.name} to ${last.name}`),
    ];
  }
  const own = pods.filter(({ host }) => host.bridge === bridge.name);
  const rows = own.map((pod) => [pod.host.name, `${pod.device.name} ${podAddress(pod)}`, pod.name]);
  return columns(rows).map((text) => branch(text));
}

function few(texts: readonly string[], noun: string): Branch[] {
  if (texts.length <= MOST_ROWS) return texts.map((text) => branch(text));
  const shownFirst = texts.slice(0, MOST_ROWS - 1).map((text) => branch(text));
  return [...shownFirst, branch(`and ${texts.length - MOST_ROWS + 1} more ${noun}`)];
}

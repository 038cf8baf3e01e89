import type { PodGroup } from '../crowd.ts';
import type { Device, Machine } from '../picture.ts';
import { drawPods } from './pod-boxes.ts';
import { type PodGrid, podsHeight } from './pod-grid.ts';
import { type Area, cable, type Point, type Scene, type Style, write, writePair } from './scene.ts';
import type { Size } from './size.ts';

/**
 * A node as a panel, from the wire inwards. Panels beside each other have the same shape, so that the same devices stand at the same height.
 *
 *   ┌ node1            172.30.76.0/24 ┐
 *   │ ┌ eth0 ──────── 192.168.0.21 ─┐ │
 *   │ ┌ flannel.1 ─── 172.30.76.0 ──┐ │
 *   │   routes                        │
 *   │ ┌ docker0 ───── 172.30.76.1 ──┐ │
 *   │   └ pod   └ pod   └ pod         │
 *   └─────────────────────────────────┘
 */
export interface PanelShape {
  counts: Record<Device['type'], number>;
  routes: number;
  /** From the bridges' lower edge to the panel's. */
  pods: number;
  height: number;
}

const ROUTE_LINE = 15;
const MOST_ROUTES = 4;

export interface Contents {
  machine: Machine;
  group: PodGroup;
}

/** The shape that is large enough for all of these nodes. */
export function panelShape(contents: readonly Contents[], grid: PodGrid, size: Size): PanelShape {
  const most = (count: (one: Contents) => number): number => Math.max(0, ...contents.map(count));
  const ofType = (type: Device['type']): number =>
    most(({ machine }) => machine.devices.filter((device) => device.type === type).length);
  const counts = { ethernet: ofType('ethernet'), tunnel: ofType('tunnel'), bridge: ofType('bridge') };
  const routes = size.showsRoutes ? most(({ machine }) => Math.min(machine.routes.length, MOST_ROUTES)) : 0;
  const pods = most(({ group }) => podsHeight(group, grid));
  const slots = counts.ethernet + counts.tunnel + counts.bridge;
  const height =
    size.header +
    slots * (size.device + size.gap) +
    routesHeight(routes, size) -
    size.gap +
    pods +
    size.padding;
  return { counts, routes, pods, height: Math.ceil(height) };
}

const routesHeight = (routes: number, { gap }: Size): number =>
  routes === 0 ? 0 : routes * ROUTE_LINE + 12 + gap;

/** Where the cables of a panel end. */
export interface Sockets {
  /** Left end of eth0. */
  ethernet: Point;
  /** Both ends of each tunnel device, by its name. */
  tunnels: Map<string, { left: Point; right: Point }>;
}

/** A node's sockets, and where it stands. */
export interface Placed {
  column: number;
  /** Within the nodes of its segment. */
  row: number;
  segment: string;
  sockets: Sockets;
}

export function drawPanel(
  scene: Scene,
  { machine, group }: Contents,
  { area, shape, grid, size }: { area: Area; shape: PanelShape; grid: PodGrid; size: Size },
): Sockets {
  const { name, podCIDR, devices } = machine;
  scene.boxes.push({ ...area, look: 'node', title: `node ${name}` });
  const inner = { x: area.x + size.padding, width: area.width - 2 * size.padding };
  const header = { ...inner, y: area.y + size.header / 2 + 6 };
  const used = write(scene, name, header, size.name) + 8;
  if (podCIDR !== undefined)
    writePair(
      scene,
      { ...header, x: header.x + used, width: header.width - used },
      { wordings: [], style: size.name },
      {
        wordings: [`podCIDR ${podCIDR}`, podCIDR],
        style: { family: 'mono', size: size.second + 0.5, colour: 'faint' },
      },
    );
  let y = area.y + size.header;
  let above: { y: number; look: 'inside' | 'carried' } | undefined;
  const sockets: Sockets = { ethernet: { x: inner.x, y: y + size.device / 2 }, tunnels: new Map() };
  const stub = (look: 'inside' | 'carried', to: number): void => {
    const x = inner.x + 28;
    if (above !== undefined) scene.lines.push(cable(look, { x, y: above.y }, { x, y: to }));
  };
  for (const type of ['ethernet', 'tunnel', 'bridge'] as const) {
    if (type === 'bridge' && shape.routes > 0) {
      const height = routesHeight(shape.routes, size) - size.gap;
      if (machine.routes.length > 0) {
        stub('inside', y);
        drawRoutes(scene, machine.routes, { area: { ...inner, y, height }, size });
        above = { y: y + height, look: 'inside' };
      }
      y += height + size.gap;
    }
    const own = devices.filter((device) => device.type === type);
    for (let slot = 0; slot < shape.counts[type]; slot++, y += size.device + size.gap) {
      const device = own[slot];
      if (!device) continue;
      const box = { ...inner, y, height: size.device };
      stub(type === 'tunnel' ? 'carried' : 'inside', y);
      drawDevice(scene, device, { area: box, size });
      above = { y: y + size.device, look: 'inside' };
      const middle = y + size.device / 2;
      if (type === 'tunnel')
        sockets.tunnels.set(device.name, {
          left: { x: inner.x, y: middle },
          right: { x: inner.x + inner.width, y: middle },
        });
      if (type === 'bridge' && slot === own.length - 1) drawPods(scene, group, { bridge: box, grid, size });
    }
  }
  return sockets;
}

function drawDevice(scene: Scene, device: Device, { area, size }: { area: Area; size: Size }): void {
  const { name, type, addresses, mac, mtu, encapsulation } = device;
  scene.boxes.push({ ...area, look: type, title: `${name} ${addresses.join(', ')}, ${mac}, mtu ${mtu}` });
  const colour = type;
  const slot = { x: area.x + size.inset.device, width: area.width - 2 * size.inset.device };
  const first: Style = { family: 'mono', size: size.first, colour };
  const second: Style = { family: 'sans', size: size.second, colour: 'faint' };
  const words = encapsulation?.words ?? (type === 'bridge' ? 'bridge' : 'veth');
  const [firstLine, secondLine] = [area.y + size.device * 0.43, area.y + size.device * 0.8];
  writePair(
    scene,
    { ...slot, y: firstLine },
    { wordings: [name], style: { ...first, bold: true } },
    { wordings: [addresses.join(', '), addresses[0] ?? ''], style: first },
  );
  writePair(
    scene,
    { ...slot, y: secondLine },
    { wordings: [`${words}, mtu ${mtu}`, words, encapsulation?.short ?? words], style: second },
    { wordings: [mac], style: { ...second, family: 'mono', size: size.second - 0.5 } },
  );
}

function drawRoutes(
  scene: Scene,
  routes: readonly string[],
  { area, size }: { area: Area; size: Size },
): void {
  scene.boxes.push({ ...area, look: 'routes' });
  const style: Style = { family: 'mono', size: size.second, colour: 'plain' };
  const y = (line: number): number => area.y + 6 + (line + 1) * ROUTE_LINE - 4;
  write(
    scene,
    'routes',
    { x: area.x + 10, y: y(0), width: 52 },
    { family: 'sans', size: size.second, colour: 'faint' },
  );
  const all = routes.length <= MOST_ROUTES;
  const shown = all
    ? routes
    : [...routes.slice(0, MOST_ROUTES - 1), `and ${routes.length - MOST_ROUTES + 1} more`];
  for (const [line, route] of shown.entries())
    write(scene, route, { x: area.x + 66, y: y(line), width: area.width - 76 }, style);
}

import type { Machine, Picture, Switch } from '../picture.ts';
import { type Area, type Scene, type Style, write, writePair } from './scene.ts';
import { textWidth } from './text-width.ts';

/**
 * Routers and hosts, in one row. Segments without nodes lie above it, each over machines that are on it; who is on several stands below one of them:
 *
 *     ══ wan ══════════════════     ══ dmz ══════
 *     [gateway]       [outside]     [firewall]         [printer]
 *   ══════ lan ═══════════════════════════════════════════════════
 */
export interface OutsideGroup {
  /** The segment above it; absent: none of these machines is on such a one. */
  segment?: Switch;
  boxes: OutsideBox[];
  /** Between two boxes. */
  gap: number;
  /** Width of the boxes with what is between them. */
  row: number;
  /** Of the boxes or of the segment's words, whichever is more. */
  width: number;
}

/** One machine, or several hosts of one segment that are alike but for name and address. */
export interface OutsideBox {
  name: string;
  role: string;
  rows: [string, string][];
  /** Segments that it is plugged into, a cable each. */
  segments: string[];
  width: number;
}

const NAME: Style = { family: 'sans', size: 14, bold: true, colour: 'title' };
const ROLE: Style = { family: 'sans', size: 11, colour: 'faint' };
const ROW: Style = { family: 'mono', size: 11.5, colour: 'plain' };
const MAC: Style = { family: 'mono', size: 9.5, colour: 'faint' };
const PADDING = 12;
const HEADER = 28;
const LINE = 17;
const LEAST_BOX = 150;
const MOST_ROWS = 8;
export const BAR_NAME: Style = { family: 'sans', size: 14, bold: true, colour: 'light' };
export const BAR_CIDR: Style = { family: 'mono', size: 12.5, colour: 'light' };
export const BAR_NOTE: Style = { family: 'sans', size: 11, colour: 'pale' };
export const BAR_HEIGHT = 34;

export function outsideGroups(picture: Picture, detail: Detail): OutsideGroup[] {
  const { segments, machines, wires } = picture;
  const segmentOf = new Map(wires.map(({ far, bridge }) => [`${far.place}/${far.device}`, bridge.place]));
  const on = ({ name, devices }: Machine): string[] =>
    devices.flatMap((device) => segmentOf.get(`${name}/${device.name}`) ?? []);
  const withNodes = new Set(machines.filter(({ role }) => role === 'node').flatMap(on));
  const outer = segments.filter(({ name }) => !withNodes.has(name));
  const boxes = merged(
    machines
      .filter(({ role }) => role !== 'node')
      .map((machine) => ({ machine, segments: on(machine), macs: detail.macs })),
    detail.hosts,
  );
  const homes = homesOf(boxes, outer);
  const at = (segment: Switch | undefined): OutsideBox[] =>
    boxes.filter((box) => homes.get(box) === segment?.name);
  const groups: OutsideGroup[] = outer.map((segment) => groupOf(at(segment), detail, segment));
  const inner = at(undefined);
  return inner.length === 0 ? groups : [...groups, groupOf(inner, detail)];
}

/** Below which segment without nodes each box stands: one that nobody stands below yet, so that each has somebody, else the first. */
function homesOf(boxes: readonly OutsideBox[], outer: readonly Switch[]): Map<OutsideBox, string> {
  const homes = new Map<OutsideBox, string>();
  const inhabited = new Set<string>();
  const candidates = boxes.map((box) => ({
    box,
    own: outer.filter(({ name }) => box.segments.includes(name)),
  }));
  for (const { box, own } of candidates.toSorted((one, other) => one.own.length - other.own.length)) {
    const home = own.find(({ name }) => !inhabited.has(name)) ?? own[0];
    if (!home) continue;
    homes.set(box, home.name);
    inhabited.add(home.name);
  }
  return homes;
}

function groupOf(boxes: OutsideBox[], { gap }: Detail, segment?: Switch): OutsideGroup {
  const row = boxes.reduce((sum, box) => sum + box.width, 0) + gap * Math.max(0, boxes.length - 1);
  const label = segment ? barLabelWidth(segment) : 0;
  return { ...(segment ? { segment } : {}), boxes, gap, row, width: Math.max(row, label) };
}

const barLabelWidth = ({ name, cidr }: Switch): number =>
  Math.ceil(textWidth(name, BAR_NAME) + textWidth(cidr, BAR_CIDR)) + 2 * PADDING + 14;

/** How much is told where there may be little room. */
export interface Detail {
  macs: boolean;
  /** So many hosts of one segment get a box each; more share one. */
  hosts: number;
  /** Between two boxes. */
  gap: number;
}

interface Plugged {
  machine: Machine;
  segments: string[];
  macs: boolean;
}

/** Routers, then hosts: alone, or those of one segment in one box where they are many. */
function merged(machines: readonly Plugged[], mostHosts: number): OutsideBox[] {
  const boxes: OutsideBox[] = [];
  const crowds = new Map<string, Plugged[]>();
  for (const one of machines) {
    if (one.machine.role === 'router') boxes.push(box(one));
    else crowds.set(one.segments.join(' '), [...(crowds.get(one.segments.join(' ')) ?? []), one]);
  }
  for (const crowd of crowds.values()) {
    if (crowd.length <= mostHosts) boxes.push(...crowd.map(box));
    else boxes.push(hostsBox(crowd));
  }
  return boxes;
}

function box({ machine, segments, macs }: Plugged): OutsideBox {
  const { name, role, devices } = machine;
  const rows = devices.map((device): [string, string] => [
    `${device.name}  ${device.addresses.join(', ')}`,
    macs ? device.mac : '',
  ]);
  return sized({ name, role, rows, segments });
}

function hostsBox(crowd: readonly Plugged[]): OutsideBox {
  const all = crowd.map(({ machine }): [string, string] => [
    `${machine.name}  ${machine.devices[0]?.addresses.join(', ') ?? ''}`,
    '',
  ]);
  const rest = all.length - MOST_ROWS + 1;
  const rows =
    all.length <= MOST_ROWS
      ? all
      : [...all.slice(0, MOST_ROWS - 1), [`and ${rest} more`, ''] as [string, string]];
  return sized({ name: `${crowd.length} hosts`, role: '', rows, segments: crowd[0]?.segments ?? [] });
}

function sized(one: Omit<OutsideBox, 'width'>): OutsideBox {
  const header = textWidth(one.name, NAME) + 12 + textWidth(one.role, ROLE);
  const rows = one.rows.map(
    ([row, mac]) => textWidth(row, ROW) + (mac === '' ? 0 : 12 + textWidth(mac, MAC)),
  );
  return { ...one, width: Math.ceil(Math.max(LEAST_BOX, header, ...rows) + 2 * PADDING) };
}

export const boxHeight = ({ rows }: OutsideBox): number => HEADER + rows.length * LINE + 8;

export function drawOutsideBox(scene: Scene, { name, role, rows }: OutsideBox, area: Area): void {
  scene.boxes.push({ ...area, look: 'outside', title: `${role} ${name}`.trim() });
  const slot = { x: area.x + PADDING, width: area.width - 2 * PADDING };
  writePair(
    scene,
    { ...slot, y: area.y + 20 },
    { wordings: [name], style: NAME },
    { wordings: [role], style: ROLE },
  );
  for (const [line, [words, mac]] of rows.entries())
    writePair(
      scene,
      { ...slot, y: area.y + HEADER + 12 + line * LINE },
      { wordings: [words], style: ROW },
      { wordings: [mac], style: MAC },
    );
}

/** A segment as the switch that it is. */
export function drawSegment(scene: Scene, { name, cidr, bridge }: Switch, area: Area, ports: number): void {
  scene.boxes.push({ ...area, look: 'segment', title: `segment ${name} ${cidr}` });
  const slot = { x: area.x + PADDING, width: area.width - 2 * PADDING };
  const used = write(scene, name, { ...slot, y: area.y + 22 }, BAR_NAME);
  const rest = { x: slot.x + used + 12, y: area.y + 22, width: slot.width - used - 12 };
  const note = `switch ${bridge}, ${ports} port${ports === 1 ? '' : 's'}`;
  const cidrWidth = textWidth(cidr, BAR_CIDR);
  const withNote = cidrWidth + 20 + textWidth(note, BAR_NOTE) <= rest.width;
  write(scene, cidr, rest, BAR_CIDR);
  if (withNote) write(scene, note, { ...rest, anchor: 'end' }, BAR_NOTE);
}

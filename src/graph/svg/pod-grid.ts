import { podAddress, type PodGroup } from '../crowd.ts';
import type { PodBox } from '../picture.ts';
import type { Style } from './scene.ts';
import type { Size } from './size.ts';
import { fitted, textWidth, wrapped } from './text-width.ts';

/** How pods are arranged below their bridge, the same in all panels of a picture. */
export interface PodGrid {
  columns: number;
  /** Left of the first box; where there are several rows, their cables come down there. */
  lead: number;
  /** From the left of one box to that of the next. */
  pitch: number;
  box: { width: number; height: number };
  rows: number;
  /** The address stands beside the name. */
  isInline: boolean;
  /** Where there is room for it: the words about each pod's veth pair. */
  veth?: (pod: PodBox) => string;
}

/** From the bridge to the first row. */
export const DROP = 22;
export const BETWEEN = 10;
/** Between two cables; where there are many they stand closer. */
export const step = (rows: number): number => (rows > 3 ? 3 : 4);
const MOST_COLUMNS = 6;
const LEAST_BOX = 84;
const MOST_CARDS = 9;
export const CROWD_HEIGHT = 46;

export const nameStyle = ({ pod }: Size): Style => ({ family: 'mono', size: pod, bold: true, colour: 'pod' });
export const addressStyle = ({ pod }: Size): Style => ({ family: 'mono', size: pod, colour: 'pod' });
export const vethStyle = ({ second }: Size): Style => ({ family: 'mono', size: second - 1, colour: 'faint' });
export const lineHeight = ({ pod }: Size): number => pod + 3.5;

/** Harm in pixels of height that one would give to avoid it: a character that is left out, a name broken in the middle of a word. */
const LOST = 12;
const BROKEN = 20;

/** A pod's name is broken behind its dots and dashes. */
const breaks = /(?<=[-.])/;

/** The arrangement that takes the least height and does the least harm to names. */
export function podGrid(groups: readonly PodGroup[], width: number, size: Size): PodGrid {
  const pods = groups.flatMap((group) => group.pods);
  const most = Math.max(1, ...groups.map((group) => group.pods.length));
  const candidates = Array.from({ length: Math.min(most, MOST_COLUMNS) }, (_, index) => index + 1).flatMap(
    (columns) => [false, true].map((isInline) => candidate({ pods, most, columns, isInline }, width, size)),
  );
  // Few pods are cards; many are lines of a list, where that is lower.
  const possible = candidates.filter(
    ({ grid }) => grid.box.width >= LEAST_BOX && !(grid.isInline && size.showsRoutes && most <= MOST_CARDS),
  );
  const best = (possible.length > 0 ? possible : candidates).toSorted(
    (one, other) => one.cost - other.cost || other.grid.columns - one.grid.columns,
  )[0];
  if (!best) throw new RangeError('no arrangement of pods');
  return best.grid;
}

interface Wish {
  pods: readonly PodBox[];
  most: number;
  columns: number;
  isInline: boolean;
}

function candidate(
  { pods, most, columns, isInline }: Wish,
  width: number,
  size: Size,
): { grid: PodGrid; cost: number } {
  const rows = Math.ceil(most / columns);
  const gutter = rows === 1 ? BETWEEN : BETWEEN + step(rows) * (rows - 1);
  const lead = rows === 1 ? 0 : gutter;
  const pitch = (width - lead + gutter) / columns;
  const boxWidth = pitch - gutter;
  const room = boxWidth - 2 * size.inset.pod;
  const veth =
    size.showsRoutes && !isInline && most <= MOST_CARDS
      ? vethWordings.find((words) => pods.every((pod) => fits(words(pod), room, vethStyle(size))))
      : undefined;
  let lines = 1;
  let harm = 0;
  for (const pod of pods) {
    const address = textWidth(podAddress(pod), addressStyle(size));
    const forName = Math.max(0, isInline ? room - address - 10 : room);
    const { lines: shown, broken } = nameLines(pod.name, forName, isInline ? 1 : size.podLines, size);
    harm += LOST * (pod.name.length - shown.join('').replaceAll('…', '').length);
    if (broken) harm += BROKEN;
    if (address > room) harm += LOST * 1000;
    lines = Math.max(lines, shown.length);
  }
  const total = lines + (isInline ? 0 : 1);
  const height = Math.ceil(total * lineHeight(size) + (veth ? size.second + 2 : 0) + 11);
  const grid = {
    columns,
    rows,
    lead,
    pitch,
    box: { width: boxWidth, height },
    isInline,
    ...(veth ? { veth } : {}),
  };
  return { grid, cost: harm + rows * (height + BETWEEN) };
}

const fits = (text: string, width: number, style: Style): boolean => textWidth(text, style) <= width;

/** Height from the bridge's lower edge to that of the last row. */
export function podsHeight({ pods, crowd }: PodGroup, { columns, box }: PodGrid): number {
  if (crowd) return DROP + CROWD_HEIGHT;
  const rows = Math.ceil(pods.length / columns);
  return rows === 0 ? 0 : DROP + rows * (box.height + BETWEEN) - BETWEEN;
}

/** A name in at most so many lines. Names differ most at their ends, so what has to be left out is left out of the middle of the last line. */
export function nameLines(
  name: string,
  width: number,
  most: number,
  size: Size,
): { lines: string[]; broken: boolean } {
  const font = nameStyle(size);
  const { lines, broken } = wrapped(name, width, { font, after: breaks });
  if (lines.length <= most) return { lines, broken };
  return {
    lines: [...lines.slice(0, most - 1), fitted(lines.slice(most - 1).join(''), width, font)],
    broken,
  };
}

/** Both ends, as ip(8) shows them where somebody chose the numbers (the other end of `eth0@if49` is device 49), or the node's end alone. */
const vethWordings: ((pod: PodBox) => string)[] = [
  ({ device, host }) =>
    host.index === undefined
      ? `${device.name} – ${host.name}`
      : `${device.name}@if${host.index} – ${host.name}`,
  ({ host }) => host.name,
];

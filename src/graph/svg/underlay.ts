import type { Picture } from '../picture.ts';
import { BAR_HEIGHT, drawOutsideBox, drawSegment, type OutsideBox, boxHeight } from './outside.ts';
import { groupGap, LANES_APART, MARGIN, outsideWidth, type Page } from './page.ts';
import { type Area, cable, type Point, type Scene } from './scene.ts';
import { Tracks } from './tracks.ts';

const CHANNEL = 8;
const GAP = 22;

/** A cable that still has to reach its segment, from the lower edge of a router or host. */
export interface Loose {
  segment: string;
  from: Point;
}

export const portsOn = (picture: Picture, segment: string): number =>
  picture.wires.filter(({ bridge }) => bridge.place === segment).length;

/** Segments without nodes, and below them routers and hosts. Gives the lower edge, and the cables that lead further down. */
export function drawOutside(
  scene: Scene,
  picture: Picture,
  { page, top }: { page: Page; top: number },
): { bottom: number; loose: Loose[] } {
  const { groups } = page;
  if (groups.length === 0) return { bottom: top, loose: [] };
  const boxes = groups.flatMap((group) => group.boxes);
  const outer = new Map<string, Area>();
  const placed: { box: OutsideBox; x: number; home: string | undefined }[] = [];
  let x = MARGIN + (page.width - 2 * MARGIN - page.lanes - outsideWidth(groups)) / 2;
  for (const group of groups) {
    const { segment, boxes: own, width, row, gap } = group;
    if (segment) {
      const area = { x, y: top, width, height: BAR_HEIGHT };
      outer.set(segment.name, area);
      drawSegment(scene, segment, area, portsOn(picture, segment.name));
    }
    let left = x + (width - row) / 2;
    for (const box of own) {
      placed.push({ box, x: left, home: segment?.name });
      left += box.width + gap;
    }
    x += width + groupGap(group);
  }
  const across = placed.flatMap(({ box, home }) =>
    box.segments.filter((name) => outer.has(name) && name !== home),
  );
  const barBottom = outer.size > 0 ? top + BAR_HEIGHT : top;
  const y = barBottom + (outer.size > 0 ? GAP + CHANNEL * across.length : 0);
  const tracks = new Tracks(6);
  const loose: Loose[] = [];
  const pending: { from: Point; target: Area }[] = [];
  for (const { box, x: left, home } of placed) {
    const height = boxHeight(box);
    drawOutsideBox(scene, box, { x: left, y, width: box.width, height });
    const up = box.segments.filter((name) => outer.has(name));
    const down = box.segments.filter((name) => !outer.has(name));
    for (const [position, name] of up.entries()) {
      const from = { x: left + ((position + 1) * box.width) / (up.length + 1), y };
      tracks.take(from.x);
      const target = outer.get(name) as Area;
      if (name === home) scene.lines.push(cable('cable', { x: from.x, y: barBottom }, from));
      else pending.push({ from, target });
    }
    for (const [position, segment] of down.entries())
      loose.push({
        segment,
        from: { x: left + ((position + 1) * box.width) / (down.length + 1), y: y + height },
      });
  }
  for (const [position, { from, target }] of pending.entries()) {
    const channel = barBottom + GAP / 2 + CHANNEL * position;
    const to = tracks.nearest(from.x, target.x + 10, target.x + target.width - 10);
    scene.lines.push(
      cable('cable', { x: to, y: barBottom }, { x: to, y: channel }, { x: from.x, y: channel }, from),
    );
  }
  return { bottom: y + Math.max(0, ...boxes.map(boxHeight)), loose };
}

/** Room above a row of segments for the cables that come to it sideways: one height each, and space for the ends. */
export const channelHeight = (cables: number, sideways: number): number =>
  cables === 0 ? 0 : GAP + CHANNEL * sideways;

const channelY = (top: number, position: number): number => top + GAP / 2 + CHANNEL * position;

/** Whether a cable gets to a segment straight down. */
export const isAbove = ({ from }: Loose, bar: Area): boolean =>
  from.x >= bar.x + 8 && from.x <= bar.x + bar.width - 8;

/** A cable to a segment: straight down, or aside at a height of its own; to a lower row by a lane at the right. */
export interface Way {
  cable: Loose;
  /** Its place among the heights above the first row, where it does not go straight down. */
  channel?: number;
  lane?: number;
}

/** How each cable gets to its segment. */
export function waysOf(loose: readonly Loose[], firstRow: ReadonlyMap<string, Area>): Way[] {
  let channel = 0;
  let lane = 0;
  return loose.map((one) => {
    const bar = firstRow.get(one.segment);
    if (!bar) return { cable: one, channel: channel++, lane: lane++ };
    return isAbove(one, bar) ? { cable: one } : { cable: one, channel: channel++ };
  });
}

interface Around {
  page: Page;
  /** The segments of the row. */
  bars: ReadonlyMap<string, Area>;
  /** Where the room above the row begins. */
  top: number;
  /** Lower edge of routers and hosts. */
  outside: number;
  /** Where other cables come down already. */
  taken: readonly number[];
}

/** Draws the cables that come to the segments of a row. */
export function plug(scene: Scene, ways: readonly Way[], { bars, top, outside, page, taken }: Around): void {
  const tracks = new Tracks(6);
  for (const x of taken) tracks.take(x);
  const far = ways.filter(({ lane }) => lane !== undefined);
  for (const way of ways) {
    const { from, segment } = way.cable;
    const bar = bars.get(segment);
    if (!bar) continue;
    const [left, right] = [bar.x + 10, bar.x + bar.width - 10];
    const aside = way.channel === undefined ? from.y : channelY(outside, way.channel);
    if (way.lane === undefined) {
      const x = way.channel === undefined ? from.x : tracks.nearest(from.x, left, right);
      scene.lines.push(cable('cable', from, { x: from.x, y: aside }, { x, y: aside }, { x, y: bar.y }));
      continue;
    }
    const lane = page.width - MARGIN - page.lanes + 12 + LANES_APART * way.lane;
    const y = channelY(top, far.indexOf(way));
    const x = tracks.nearest(right - 10, left, right);
    scene.lines.push(
      cable(
        'cable',
        from,
        { x: from.x, y: aside },
        { x: lane, y: aside },
        { x: lane, y },
        { x, y },
        { x, y: bar.y },
      ),
    );
  }
}

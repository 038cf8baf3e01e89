import type { Picture } from '../picture.ts';
import {
  BAR_HEIGHT,
  BOX_GAP,
  drawOutsideBox,
  drawSegment,
  type OutsideBox,
  outsideHeight,
} from './outside.ts';
import { GROUP_GAP, LANES_APART, MARGIN, outsideWidth, type Page } from './page.ts';
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
  for (const { segment, boxes: own, width } of groups) {
    if (segment) {
      const area = { x, y: top, width, height: BAR_HEIGHT };
      outer.set(segment.name, area);
      drawSegment(scene, segment, area, portsOn(picture, segment.name));
    }
    const row = own.reduce((sum, box) => sum + box.width, 0) + BOX_GAP * Math.max(0, own.length - 1);
    let left = x + (width - row) / 2;
    for (const box of own) {
      placed.push({ box, x: left, home: segment?.name });
      left += box.width + BOX_GAP;
    }
    x += width + GROUP_GAP;
  }
  const across = placed.flatMap(({ box, home }) =>
    box.segments.filter((name) => outer.has(name) && name !== home),
  );
  const barBottom = outer.size > 0 ? top + BAR_HEIGHT : top;
  const y = barBottom + (outer.size > 0 ? GAP + CHANNEL * across.length : 0);
  const height = outsideHeight(boxes);
  const tracks = new Tracks(6);
  const loose: Loose[] = [];
  const pending: { from: Point; target: Area }[] = [];
  for (const { box, x: left, home } of placed) {
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
  return { bottom: y + (boxes.length === 0 ? 0 : height), loose };
}

/** Room above a row of segments for the cables that come to it: one height each, and space for the ends. */
export const channelHeight = (cables: number): number => (cables === 0 ? 0 : GAP + CHANNEL * cables);

/** Joins loose cables to the segments of the first row, straight down where the segment is below. */
export function plugBelow(
  scene: Scene,
  loose: readonly Loose[],
  { bars, bottom }: { bars: ReadonlyMap<string, Area>; bottom: number },
): void {
  const tracks = new Tracks(6);
  for (const { from } of loose) tracks.take(from.x);
  for (const [position, { segment, from }] of loose.entries()) {
    const bar = bars.get(segment);
    if (!bar) continue;
    if (from.x >= bar.x + 8 && from.x <= bar.x + bar.width - 8) {
      scene.lines.push(cable('cable', from, { x: from.x, y: bar.y }));
      continue;
    }
    const channel = bottom + GAP / 2 + CHANNEL * position;
    const to = tracks.nearest(from.x, bar.x + 10, bar.x + bar.width - 10);
    scene.lines.push(
      cable('cable', from, { x: from.x, y: channel }, { x: to, y: channel }, { x: to, y: bar.y }),
    );
  }
}

/** Joins loose cables to segments of a lower row: aside above the first row, down its lane, and in above its own row. */
export function plugFar(
  scene: Scene,
  loose: readonly { cable: Loose; channel: number; lane: number }[],
  { bars, top, page }: { bars: ReadonlyMap<string, Area>; top: number; page: Page },
): void {
  const tracks = new Tracks(6);
  for (const [position, { cable: one, channel, lane }] of loose.entries()) {
    const bar = bars.get(one.segment);
    if (!bar) continue;
    const x = page.width - MARGIN - page.lanes + 12 + LANES_APART * lane;
    const y = top + GAP / 2 + CHANNEL * position;
    const to = tracks.nearest(bar.x + bar.width - 20, bar.x + 10, bar.x + bar.width - 10);
    scene.lines.push(
      cable(
        'cable',
        one.from,
        { x: one.from.x, y: channel },
        { x, y: channel },
        { x, y },
        { x: to, y },
        { x: to, y: bar.y },
      ),
    );
  }
}

export const channelY = (bottom: number, position: number): number => bottom + GAP / 2 + CHANNEL * position;

import type { Picture } from '../picture.ts';
import { BAR_HEIGHT, drawSegment } from './outside.ts';
import { drawMeshes, drawTunnel, joinMeshes } from './overlay.ts';
import { CABLES_APART, columnX, type Page } from './page.ts';
import { drawPanel, panelShape, type Placed } from './panel.ts';
import { type Area, cable, type Point, type Scene } from './scene.ts';
import { channelHeight, type Loose, plug, portsOn, type Way, waysOf } from './underlay.ts';

interface Above {
  page: Page;
  /** Lower edge of the routers and hosts. */
  bottom: number;
  loose: readonly Loose[];
}

const BELOW_BAR = 22;
const ROWS_APART = 20;

/** Each row of segments with their nodes below them. Gives the lower edge of the last. */
export function drawBlocks(scene: Scene, picture: Picture, { page, bottom, loose }: Above): number {
  const { rows, overlays, isDirect } = page;
  const ways = waysOf(loose, barAreas(page, 0, 0));
  const meshes: Area[][] = [];
  let y = bottom;
  for (const index of rows.keys()) {
    const top = y;
    const own = (way: Way): boolean => barAreas(page, index, 0).has(way.cable.segment);
    const coming = ways.filter(own);
    const sideways = index === 0 ? ways.filter(({ channel }) => channel !== undefined) : coming;
    y += channelHeight(index === 0 ? ways.length : coming.length, sideways.length);
    const bars = barAreas(page, index, y);
    for (const { segment } of rows[index] ?? [])
      drawSegment(scene, segment, bars.get(segment.name) as Area, portsOn(picture, segment.name));
    const taken = index === 0 ? loose.map(({ from }) => from.x) : [];
    plug(scene, coming, { bars, top, outside: bottom, page, taken });
    const drawn = drawPanels(scene, { page, index, top: y + BAR_HEIGHT });
    drawCables(scene, drawn.placed, { page, bars });
    y = drawn.bottom;
    const [one, other] = drawn.placed;
    if (isDirect && one && other)
      for (const overlay of overlays) drawTunnel(scene, overlay, [one.sockets, other.sockets]);
    if (!isDirect && overlays.length > 0) {
      const areas = drawMeshes(scene, { page, y: y + 16, placed: drawn.placed, isFirst: index === 0 });
      meshes.push(areas);
      y = Math.max(y, ...areas.map((area) => area.y + area.height));
    }
    if (index < rows.length - 1) y += 30;
  }
  joinMeshes(scene, meshes);
  return y;
}

/** The segments of a row, each as wide as its nodes. */
function barAreas(page: Page, index: number, y: number): Map<string, Area> {
  const blocks = page.rows[index] ?? [];
  return new Map(
    blocks.map(({ segment, columns, firstColumn }) => {
      const x = columnX(page, firstColumn) - page.gutter;
      const right = columnX(page, firstColumn + columns - 1) + page.panel + page.trunk;
      return [segment.name, { x, y, width: right - x, height: BAR_HEIGHT }];
    }),
  );
}

/** The nodes of a row of segments. Rows of the grid are as high as their highest panel, across all segments. */
function drawPanels(
  scene: Scene,
  { page, index, top }: { page: Page; index: number; top: number },
): { bottom: number; placed: Placed[] } {
  const { size, grid, panel } = page;
  const blocks = page.rows[index] ?? [];
  const placed: Placed[] = [];
  let y = top + BELOW_BAR;
  const count = Math.max(...blocks.map(({ rows }) => rows.length));
  for (let row = 0; row < count; row++) {
    const shape = panelShape(
      blocks.flatMap((block) => block.rows[row] ?? []),
      grid,
      size,
    );
    for (const { segment, rows, firstColumn } of blocks) {
      for (const [position, contents] of (rows[row] ?? []).entries()) {
        const column = firstColumn + position;
        const area = { x: columnX(page, column), y, width: panel, height: shape.height };
        const own = drawPanel(scene, contents, { area, shape, grid, size });
        placed.push({ column, row, segment: segment.name, sockets: own });
      }
    }
    y += shape.height + ROWS_APART;
  }
  return { bottom: y - ROWS_APART, placed };
}

/** From each segment to eth0 of its nodes: a cable each, or one bundle for a column where they would take too much room. */
function drawCables(
  scene: Scene,
  placed: readonly Placed[],
  { page, bars }: { page: Page; bars: ReadonlyMap<string, Area> },
): void {
  const ends = new Map<number, { from: Point; to: Point }>();
  for (const { column, row, segment, sockets } of placed) {
    const bar = bars.get(segment);
    if (!bar) continue;
    const { ethernet } = sockets;
    const x = columnX(page, column) - 11 - (page.isBundled ? 0 : CABLES_APART * row);
    const from = { x, y: bar.y + bar.height };
    const corner = { x, y: ethernet.y };
    if (page.isBundled) ends.set(column, { from, to: corner });
    scene.lines.push(
      page.isBundled ? cable('cable', corner, ethernet) : cable('cable', from, corner, ethernet),
    );
  }
  for (const { from, to } of ends.values()) scene.lines.push(cable('bundle', from, to));
}

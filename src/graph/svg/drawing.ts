import { visible } from '../../report/visible.ts';
import { meshWords } from '../chart.ts';
import type { Picture } from '../picture.ts';
import { drawMesh, drawTap, drawTunnel, OVERLAY_HEIGHT } from './overlay.ts';
import { BAR_HEIGHT, drawSegment } from './outside.ts';
import { CABLES_APART, columnX, MARGIN, page as pageOf, type Page } from './page.ts';
import { drawPanel, panelShape, type Sockets } from './panel.ts';
import { type Area, cable, emptyScene, type LineLook, type Scene, type Style, write } from './scene.ts';
import { atMostLines, wrapped } from './text-width.ts';
import { channelHeight, drawOutside, type Loose, plug, portsOn, type Way, waysOf } from './underlay.ts';

export interface Drawing {
  width: number;
  height: number;
  scene: Scene;
}

/**
 * The whole picture, from above: what the lab is, the outside, each row of segments with its nodes, and what the lines mean.
 */
export function drawing(picture: Picture): Drawing {
  const page = pageOf(picture);
  const scene = emptyScene();
  const headed = drawHeading(scene, picture, page);
  const { bottom, loose } = drawOutside(scene, picture, { page, top: headed });
  const end = drawBlocks(scene, picture, { page, bottom, loose });
  const height = drawLegend(scene, page, end + 34) + 24;
  return { width: page.width, height: Math.ceil(height), scene };
}

const TITLE: Style = { family: 'sans', size: 27, bold: true, colour: 'title' };
const SUMMARY: Style = { family: 'sans', size: 15, colour: 'plain' };
const FACTS: Style = { family: 'sans', size: 12.5, colour: 'faint' };

function drawHeading(scene: Scene, { name, summary, facts }: Picture, { width }: Page): number {
  const slot = { x: MARGIN, width: width - 2 * MARGIN };
  let y = MARGIN + 20;
  write(scene, name, { ...slot, y }, TITLE);
  y += 5;
  const { lines } = wrapped(visible(summary), slot.width, { font: SUMMARY, after: /(?<= )/ });
  for (const line of atMostLines(lines, 3, slot.width, SUMMARY))
    write(scene, line, { ...slot, y: (y += 21) }, SUMMARY);
  write(scene, facts.join('  ·  '), { ...slot, y: (y += 22) }, FACTS);
  return y + 26;
}

interface Above {
  page: Page;
  /** Lower edge of the routers and hosts. */
  bottom: number;
  loose: readonly Loose[];
}

const BELOW_BAR = 22;
const ROWS_APART = 20;

function drawBlocks(scene: Scene, picture: Picture, { page, bottom, loose }: Above): number {
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
    plug(scene, coming, { bars, top, outside: bottom, page });
    const drawn = drawPanels(scene, { page, index, bars, top: y + BAR_HEIGHT });
    y = drawn.bottom;
    const [one, other] = drawn.sockets;
    if (isDirect && one && other)
      for (const overlay of overlays) drawTunnel(scene, overlay, [one.sockets, other.sockets]);
    if (!isDirect && overlays.length > 0) {
      const areas = drawMeshes(scene, { page, y: y + 16, sockets: drawn.sockets, isFirst: index === 0 });
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

interface Placed {
  column: number;
  sockets: Sockets;
}

/** The nodes of a row of segments. Rows of the grid are as high as their highest panel, across all segments. */
function drawPanels(
  scene: Scene,
  { page, index, bars, top }: { page: Page; index: number; bars: ReadonlyMap<string, Area>; top: number },
): { bottom: number; sockets: Placed[] } {
  const { size, grid, panel } = page;
  const blocks = page.rows[index] ?? [];
  const sockets: Placed[] = [];
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
        sockets.push({ column, sockets: own });
        const bar = bars.get(segment.name);
        const x = area.x - 11 - CABLES_APART * row;
        const { ethernet } = own;
        if (bar)
          scene.lines.push(cable('cable', { x, y: bar.y + bar.height }, { x, y: ethernet.y }, ethernet));
      }
    }
    y += shape.height + ROWS_APART;
  }
  return { bottom: y - ROWS_APART, sockets };
}

/** Below each row of segments, what the tunnels of its nodes lead to. */
function drawMeshes(
  scene: Scene,
  { page, y, sockets, isFirst }: { page: Page; y: number; sockets: readonly Placed[]; isFirst: boolean },
): Area[] {
  const { overlays, panel } = page;
  const columns = sockets.map(({ column }) => column);
  const left = columnX(page, Math.min(...columns)) - page.gutter;
  const right = columnX(page, Math.max(...columns)) + panel + page.trunk;
  return overlays.map((overlay, position) => {
    const area = {
      x: left,
      y: y + position * (OVERLAY_HEIGHT + 10),
      width: right - left,
      height: OVERLAY_HEIGHT,
    };
    for (const column of new Set(columns)) {
      const x = columnX(page, column) + panel + 8 + 8 * (overlays.length - 1 - position);
      const own = sockets.filter((one) => one.column === column);
      const heights = own.flatMap((one) => drawTap(scene, overlay, one.sockets, x) ?? []);
      if (heights.length > 0)
        scene.lines.push(cable('tunnel', { x, y: Math.min(...heights) }, { x, y: area.y }));
    }
    drawMesh(scene, overlay, area, isFirst ? meshWords(overlay) : '');
    return area;
  });
}

/** What is drawn once for each row is one thing all the same: a line at the left says so. */
function joinMeshes(scene: Scene, meshes: readonly Area[][]): void {
  for (const position of meshes[0]?.keys() ?? []) {
    const areas = meshes.flatMap((row) => row[position] ?? []);
    const [first, ...others] = areas.map(({ x, y, height }) => ({ x, y: y + height / 2 }));
    const last = others.pop();
    if (!first || !last) continue;
    const x = first.x - 10 - 6 * position;
    scene.lines.push(cable('tunnel', first, { x, y: first.y }, { x, y: last.y }, last));
    for (const end of others) scene.lines.push(cable('tunnel', { x, y: end.y }, end));
  }
}

const LEGEND: Style = { family: 'sans', size: 11.5, colour: 'faint' };

function drawLegend(scene: Scene, { overlays, width }: Page, y: number): number {
  const items: [LineLook, string][] = [
    ['cable', 'veth pair of the underlay'],
    ['veth', 'veth pair of a pod'],
    ['harness', 'veth pairs of many pods'],
    ...(overlays.length > 0
      ? [['tunnel', 'tunnel: frames of pods inside packets of nodes'] as [LineLook, string]]
      : []),
  ];
  const used = items.filter(([look]) => scene.lines.some((line) => line.look === look));
  let x = MARGIN + 4;
  for (const [look, words] of used) {
    scene.lines.push(cable(look, { x, y: y - 4 }, { x: x + 30, y: y - 4 }));
    x += 38;
    x += write(scene, words, { x, y, width: width - MARGIN - x }, LEGEND) + 28;
  }
  return y;
}

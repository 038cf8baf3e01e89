import { mostPods, podGroups } from '../crowd.ts';
import type { Overlay, Picture } from '../picture.ts';
import { type Block, blockRows } from './block.ts';
import { type OutsideGroup, outsideGroups } from './outside.ts';
import type { Contents } from './panel.ts';
import { podGrid, type PodGrid } from './pod-grid.ts';
import { type Size, sizeFor, TUNNEL_LABEL } from './size.ts';
import { textWidth } from './text-width.ts';

/**
 * Widths of the page and of what stands in it; heights follow while it is drawn.
 *
 *   margin │ gutter │ panel │ trunk │ between │ gutter │ panel │ trunk │ lanes │ margin
 *
 * The gutter has the cables of eth0, one for each row of the grid; the trunk the tunnels; lanes lead to segments further down.
 */
export interface Page {
  width: number;
  rows: Block[][];
  groups: OutsideGroup[];
  size: Size;
  grid: PodGrid;
  gutter: number;
  panel: number;
  trunk: number;
  between: number;
  lanes: number;
  /** Two nodes side by side: tunnels run straight from one to the other. */
  isDirect: boolean;
  /** More nodes below each other than cables have room beside each other. */
  isBundled: boolean;
  overlays: Overlay[];
}

export const MARGIN = 36;
/** What a slide and a README have room for. */
const WIDTH = 1280;
/** One node alone does not get wider than this. */
const WIDEST_PANEL = 700;
const BETWEEN = 14;
export const CABLES_APART = 5;
/** Cables beside each other. */
const MOST_CABLES = 8;
export const LANES_APART = 9;

export function page(picture: Picture): Page {
  const groups = podGroups(picture, mostPods(picture));
  const contents = picture.machines.flatMap((machine): Contents[] => {
    const group = groups.get(machine.name);
    return group ? [{ machine, group }] : [];
  });
  const rows = blockRows(picture, contents);
  const columns = Math.max(1, ...rows.map(columnsOf));
  const size = sizeFor(columns);
  const overlays = picture.overlays.filter(({ tunnels }) => tunnels.length > 0);
  const isDirect = contents.length === 2 && columns === 2;
  const depth = Math.max(1, ...rows.flat().map((block) => block.rows.length));
  const isBundled = depth > MOST_CABLES;
  const gutter = isBundled ? 24 : 16 + CABLES_APART * depth;
  const trunk = isDirect || overlays.length === 0 ? 0 : 8 + 8 * overlays.length;
  const label = Math.max(0, ...overlays.map(({ words }) => textWidth(words, TUNNEL_LABEL)));
  const between = isDirect ? Math.max(BETWEEN, Math.ceil(label) + 24 - gutter) : BETWEEN;
  const lower = new Set(rows.slice(1).flatMap((row) => row.map(({ segment }) => segment.name)));
  const { groups: outside, lanes } = outsideFor(picture, lower);
  const around = 2 * MARGIN + lanes;
  const room = (width: number): number =>
    (width - around - (columns - 1) * between) / columns - gutter - trunk;
  const narrow = around + gutter + WIDEST_PANEL + trunk;
  const width = Math.ceil(Math.max(columns === 1 ? narrow : WIDTH, around + outsideWidth(outside)));
  const panel = Math.min(columns === 1 ? width - around - gutter - trunk : room(width), room(width));
  const inner = panel - 2 * size.padding;
  const grid = podGrid([...groups.values()], inner, size);
  return {
    width,
    rows,
    groups: outside,
    size,
    grid,
    gutter,
    panel,
    isBundled,
    trunk,
    between,
    lanes,
    isDirect,
    overlays,
  };
}

const columnsOf = (row: readonly Block[]): number => row.reduce((sum, { columns }) => sum + columns, 0);

interface Outside {
  groups: OutsideGroup[];
  /** Width of the lanes that their cables take. */
  lanes: number;
}

/** With as much detail as there is room for. `lower`: segments that are reached by a lane. */
function outsideFor(picture: Picture, lower: ReadonlySet<string>): Outside {
  const wishes = [
    { macs: true, hosts: 3, gap: 36 },
    { macs: false, hosts: 3, gap: 36 },
    { macs: false, hosts: 3, gap: 20 },
    { macs: false, hosts: 1, gap: 12 },
  ].map((detail): Outside => {
    const groups = outsideGroups(picture, detail);
    const cables = groups.flatMap(({ boxes }) => boxes.flatMap(({ segments }) => segments));
    const far = cables.filter((name) => lower.has(name)).length;
    return { groups, lanes: far === 0 ? 0 : 12 + LANES_APART * far };
  });
  const fitting = wishes.find(({ groups, lanes }) => outsideWidth(groups) + lanes <= WIDTH - 2 * MARGIN);
  return fitting ?? (wishes.at(-1) as Outside);
}

/** Between the machines of one segment and those of the next there is somewhat more than between two of one. */
export const groupGap = ({ gap }: OutsideGroup): number => gap + 12;

export function outsideWidth(groups: readonly OutsideGroup[]): number {
  return groups.reduce((sum, group, index) => sum + group.width + (index > 0 ? groupGap(group) : 0), 0);
}

/** Left edge of the panel in a column of the page. */
export function columnX({ gutter, panel, trunk, between }: Page, column: number): number {
  return MARGIN + column * (gutter + panel + trunk + between) + gutter;
}

import { meshWords } from '../chart.ts';
import type { Overlay } from '../picture.ts';
import { columnX, type Page } from './page.ts';
import type { Placed, Sockets } from './panel.ts';
import { type Area, cable, type Scene, type Style, write } from './scene.ts';
import { TUNNEL_LABEL } from './size.ts';
import { textWidth } from './text-width.ts';

const NOTE: Style = { family: 'sans', size: 12, colour: 'tunnel' };
const OVERLAY_HEIGHT = 28;

/** The tunnel between two nodes side by side, with its label above it. */
export function drawTunnel(scene: Scene, { words, device }: Overlay, [one, other]: [Sockets, Sockets]): void {
  const from = one.tunnels.get(device)?.right;
  const to = other.tunnels.get(device)?.left;
  if (!from || !to) return;
  scene.lines.push(cable('tunnel', from, to));
  // Both devices stand within the padding of their panels.
  const width = textWidth(words, TUNNEL_LABEL);
  write(
    scene,
    words,
    { x: (from.x + to.x - width) / 2 - 1, y: from.y - 9, width: width + 2, anchor: 'middle' },
    TUNNEL_LABEL,
  );
}

/** One end of the tunnels of many nodes: from the device to the trunk beside its column. */
function drawTap(scene: Scene, { device }: Overlay, sockets: Sockets, x: number): number | undefined {
  const from = sockets.tunnels.get(device)?.right;
  if (!from) return undefined;
  scene.lines.push(cable('tunnel', from, { x, y: from.y }));
  return from.y;
}

/** Where the tunnels of many nodes meet: each of them leads to each other. */
function drawMesh(scene: Scene, overlay: Overlay, area: Area, note: string): void {
  scene.boxes.push({ ...area, look: 'overlay', title: `${overlay.words}: ${meshWords(overlay)}` });
  const slot = { x: area.x + 12, y: area.y + 19, width: area.width - 24 };
  const used = write(scene, overlay.words, slot, TUNNEL_LABEL);
  write(scene, note, { ...slot, x: slot.x + used + 12, width: slot.width - used - 12 }, NOTE);
}

/** Below each row of segments, what the tunnels of its nodes lead to. */
export function drawMeshes(
  scene: Scene,
  { page, y, placed, isFirst }: { page: Page; y: number; placed: readonly Placed[]; isFirst: boolean },
): Area[] {
  const { overlays, panel } = page;
  const columns = placed.map(({ column }) => column);
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
      const own = placed.filter((one) => one.column === column);
      const heights = own.flatMap((one) => drawTap(scene, overlay, one.sockets, x) ?? []);
      if (heights.length > 0)
        scene.lines.push(cable('tunnel', { x, y: Math.min(...heights) }, { x, y: area.y }));
    }
    drawMesh(scene, overlay, area, isFirst ? meshWords(overlay) : '');
    return area;
  });
}

/** What is drawn once for each row is one thing all the same: a line at the left says so. */
export function joinMeshes(scene: Scene, meshes: readonly Area[][]): void {
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

import { meshWords } from '../chart.ts';
import type { Overlay } from '../picture.ts';
import type { Sockets } from './panel.ts';
import { type Area, cable, type Scene, type Style, write } from './scene.ts';
import { textWidth } from './text-width.ts';

export const TUNNEL_LABEL: Style = { family: 'sans', size: 12.5, bold: true, colour: 'tunnel' };
const NOTE: Style = { family: 'sans', size: 12, colour: 'tunnel' };
export const OVERLAY_HEIGHT = 28;

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
export function drawTap(scene: Scene, { device }: Overlay, sockets: Sockets, x: number): number | undefined {
  const from = sockets.tunnels.get(device)?.right;
  if (!from) return undefined;
  scene.lines.push(cable('tunnel', from, { x, y: from.y }));
  return from.y;
}

/** Where the tunnels of many nodes meet: each of them leads to each other. */
export function drawMesh(scene: Scene, overlay: Overlay, area: Area, note: string): void {
  scene.boxes.push({ ...area, look: 'overlay', title: `${overlay.words}: ${meshWords(overlay)}` });
  const slot = { x: area.x + 12, y: area.y + 19, width: area.width - 24 };
  const used = write(scene, overlay.words, slot, TUNNEL_LABEL);
  write(scene, note, { ...slot, x: slot.x + used + 12, width: slot.width - used - 12 }, NOTE);
}

import { type Crowd, podAddress, type PodGroup } from '../crowd.ts';
import type { PodBox } from '../picture.ts';
import {
  addressStyle,
  BETWEEN,
  CROWD_HEIGHT,
  DROP,
  lineHeight,
  nameLines,
  nameStyle,
  type PodGrid,
  step,
  vethStyle,
} from './pod-grid.ts';
import { type Area, cable, type Scene, type Style, write, writePair } from './scene.ts';
import type { Size } from './size.ts';

/** Pods below the bridge that is `bridge`, each with its cable. */
export function drawPods(
  scene: Scene,
  { pods, crowd }: PodGroup,
  { bridge, grid, size }: { bridge: Area; grid: PodGrid; size: Size },
): void {
  if (crowd) return drawCrowd(scene, crowd, { bridge, size });
  const { columns, rows, lead, pitch, box } = grid;
  const bottom = bridge.y + bridge.height;
  for (const [position, pod] of pods.entries()) {
    const row = Math.floor(position / columns);
    const area = {
      x: bridge.x + lead + (position % columns) * pitch,
      y: bottom + DROP + row * (box.height + BETWEEN),
      ...box,
    };
    drawPod(scene, pod, { area, grid, size });
    if (row === 0) {
      const x = area.x + box.width / 2;
      scene.lines.push(cable('veth', { x, y: bottom }, { x, y: area.y }));
    } else {
      const x = area.x - BETWEEN / 2 - step(rows) * (row - 1);
      const y = area.y + box.height / 2;
      scene.lines.push(cable('veth', { x, y: bottom }, { x, y }, { x: area.x, y }));
    }
  }
}

function drawPod(
  scene: Scene,
  pod: PodBox,
  { area, grid, size }: { area: Area; grid: PodGrid; size: Size },
): void {
  scene.boxes.push({
    ...area,
    look: 'pod',
    title: `pod ${pod.name}: eth0 ${pod.device.addresses.join(', ')}, ${pod.device.mac}, mtu ${pod.device.mtu}; ${pod.host.name} on ${pod.node}`,
  });
  const room = area.width - 2 * size.inset.pod;
  const x = area.x + size.inset.pod;
  let y = area.y + 4 + size.pod;
  if (grid.isInline) {
    const [name, address] = [nameStyle(size), addressStyle(size)];
    writePair(
      scene,
      { x, y, width: room },
      { wordings: [pod.name], style: name },
      { wordings: [podAddress(pod)], style: address },
    );
    return;
  }
  for (const line of nameLines(pod.name, room, size.podLines, size).lines) {
    write(scene, line, { x, y, width: room }, nameStyle(size));
    y += lineHeight(size);
  }
  // What is the same in all of them stands at the same height, however many lines the names take.
  const bottom = area.y + area.height - 8;
  const vethHeight = grid.veth ? size.second + 2 : 0;
  write(scene, podAddress(pod), { x, y: bottom - vethHeight, width: room }, addressStyle(size));
  if (grid.veth) write(scene, grid.veth(pod), { x, y: bottom, width: room }, vethStyle(size));
}

function drawCrowd(
  scene: Scene,
  { count, first, last }: Crowd,
  { bridge, size }: { bridge: Area; size: Size },
): void {
  const area = { x: bridge.x, y: bridge.y + bridge.height + DROP, width: bridge.width, height: CROWD_HEIGHT };
  scene.boxes.push({ ...area, look: 'pod', title: `${count} pods: ${first.name} to ${last.name}` });
  const x = bridge.x + bridge.width / 2;
  scene.lines.push(cable('harness', { x, y: bridge.y + bridge.height }, { x, y: area.y }));
  const slot = { x: area.x + size.inset.pod + 2, width: area.width - 2 * size.inset.pod - 4 };
  const style: Style = { family: 'sans', bold: true, size: size.first, colour: 'pod' };
  const used = write(scene, `${count} pods`, { ...slot, y: area.y + 19 }, style) + 10;
  writePair(
    scene,
    { x: slot.x + used, y: area.y + 19, width: slot.width - used },
    { wordings: [], style },
    { wordings: addressRanges(podAddress(first), podAddress(last)), style: addressStyle(size) },
  );
  write(
    scene,
    `${first.name} – ${last.name}`,
    { ...slot, y: area.y + 36 },
    { ...addressStyle(size), size: size.second },
  );
}

/** `172.30.1.2 – 172.30.1.51`, and shorter where they begin alike: `172.30.1.2 – .51` */
function addressRanges(from: string, to: string): string[] {
  const whole = `${from} – ${to}`;
  const network = from.slice(0, from.lastIndexOf('.'));
  return to.startsWith(`${network}.`) ? [whole, `${from} – ${to.slice(network.length)}`] : [whole];
}

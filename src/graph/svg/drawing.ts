import { visible } from '../../report/visible.ts';
import type { Picture } from '../picture.ts';
import { MARGIN, page as pageOf, type Page } from './page.ts';
import { drawBlocks } from './rows.ts';
import { cable, emptyScene, type LineLook, type Scene, type Style, write } from './scene.ts';
import { atMostLines, wrapped } from './text-width.ts';
import { drawOutside } from './underlay.ts';

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

const LEGEND: Style = { family: 'sans', size: 11.5, colour: 'faint' };

function drawLegend(scene: Scene, { overlays, width }: Page, y: number): number {
  const items: [LineLook, string][] = [
    ['cable', 'veth pair of the underlay'],
    ['bundle', 'veth pairs of many nodes'],
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

import { fitted, type Font, textWidth } from './text-width.ts';

/** What is drawn, with places in pixels from the top left; a font's place is its baseline. */
export interface Scene {
  boxes: Box[];
  lines: Line[];
  texts: Text[];
}

export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Box extends Area {
  look: BoxLook;
  /** What a browser shows for a mouse that rests there, and a screen reader reads. */
  title?: string;
}

export type BoxLook =
  'node' | 'ethernet' | 'tunnel' | 'bridge' | 'routes' | 'pod' | 'segment' | 'outside' | 'overlay';

export interface Line {
  points: Point[];
  look: LineLook;
}

export type LineLook = 'cable' | 'bundle' | 'veth' | 'harness' | 'tunnel' | 'inside' | 'carried';

export interface Point {
  x: number;
  y: number;
}

export interface Text extends Point, Style {
  text: string;
  anchor?: 'start' | 'middle' | 'end';
}

export type Ink = 'title' | 'plain' | 'faint' | 'light' | 'pale' | BoxInk;
type BoxInk = 'ethernet' | 'tunnel' | 'bridge' | 'pod';

export interface Style extends Font {
  colour: Ink;
}

export function emptyScene(): Scene {
  return { boxes: [], lines: [], texts: [] };
}

/** Room for words: a baseline and how wide they may be. */
export interface Slot extends Point {
  width: number;
}

/** Writes a text into its slot, shortened where it is too long. Gives the width that it takes. */
export function write(
  scene: Scene,
  text: string,
  { x, y, width, anchor = 'start' }: Slot & { anchor?: Text['anchor'] },
  style: Style,
): number {
  const short = fitted(text, width, style);
  if (short === '') return 0;
  const start = anchor === 'start' ? x : anchor === 'end' ? x + width : x + width / 2;
  scene.texts.push({ ...style, text: short, x: start, y, ...(anchor === 'start' ? {} : { anchor }) });
  return textWidth(short, style);
}

export interface Words {
  /** From the longest to the shortest wording; the first that fits is taken, the last is shortened. */
  wordings: readonly string[];
  style: Style;
}

/** Least distance between words at the left and words at the right. */
const APART = 8;

/** Words at the left and at the right of a slot. Those at the right are kept; those at the left take what is left. */
export function writePair(scene: Scene, slot: Slot, left: Words, right: Words): void {
  const used = write(scene, fitting(right, slot.width), { ...slot, anchor: 'end' }, right.style);
  const width = slot.width - (used === 0 ? 0 : used + APART);
  write(scene, fitting(left, width), { ...slot, width }, left.style);
}

function fitting({ wordings, style }: Words, width: number): string {
  return wordings.find((wording) => textWidth(wording, style) <= width) ?? wordings.at(-1) ?? '';
}

/** The corners of a cable that leaves the first point, runs at the given heights and widths by turns, and ends at the last. */
export function cable(look: LineLook, ...points: Point[]): Line {
  return { look, points: points.filter((point, position) => !isSame(point, points[position - 1])) };
}

const isSame = (one: Point, other: Point | undefined): boolean => one.x === other?.x && one.y === other.y;

import { expect } from 'vitest';
import { textWidth } from '../../../src/graph/svg/text-width.ts';

/** An SVG of ours as a browser would lay it out: read from the text of the file, not from what the program meant. */
export interface Shapes {
  view: Area;
  background: Rect;
  rects: Rect[];
  texts: TextArea[];
  paths: Path[];
}

export interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Rect extends Area {
  fill: string;
}

export interface TextArea extends Area {
  text: string;
  size: number;
  fill: string;
  baseline: number;
}

export interface Path {
  corners: { x: number; y: number }[];
  stroke: string;
}

export function shapes(svg: string): Shapes {
  const [, width = '', height = ''] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  const [background, ...rects] = elements(svg, 'rect').map(({ attributes }) => rect(attributes));
  if (!background) throw new Error('there is no background');
  const read = {
    view: { left: 0, top: 0, right: Number(width), bottom: Number(height) },
    background,
    rects,
    texts: elements(svg, 'text').map(({ attributes, text }) => textArea(attributes, text)),
    paths: elements(svg, 'path').map(({ attributes }) => path(attributes)),
  };
  const numbers = [...read.rects, ...read.texts].flatMap(({ left, top, right, bottom }) => [
    left,
    top,
    right,
    bottom,
  ]);
  expect(numbers.every(Number.isFinite)).toBe(true);
  return read;
}

type Attributes = Record<string, string>;

function elements(svg: string, name: string): { attributes: Attributes; text: string }[] {
  const pattern = new RegExp(`<${name}( [^>]*?)(?:/>|>([^<]*))`, 'g');
  return [...svg.matchAll(pattern)].map(([, words = '', text = '']) => ({
    attributes: Object.fromEntries(
      [...words.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, plain(value)]),
    ),
    text: plain(text),
  }));
}

const plain = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

const number = (attributes: Attributes, key: string): number => Number(attributes[key]);

function rect(attributes: Attributes): Rect {
  const [left, top] = [number(attributes, 'x'), number(attributes, 'y')];
  return {
    left,
    top,
    right: left + number(attributes, 'width'),
    bottom: top + number(attributes, 'height'),
    fill: attributes['fill'] ?? '',
  };
}

function textArea(attributes: Attributes, text: string): TextArea {
  const size = number(attributes, 'font-size');
  const family = attributes['font-family']?.includes('monospace') === true ? 'mono' : 'sans';
  const width = textWidth(text, { family, size, bold: attributes['font-weight'] === '600' });
  const x = number(attributes, 'x');
  const anchor = attributes['text-anchor'] ?? 'start';
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
  const baseline = number(attributes, 'y');
  return {
    text,
    size,
    fill: attributes['fill'] ?? '',
    baseline,
    left,
    right: left + width,
    // Capitals and ascenders reach 0.76 of the size, descenders 0.24, in the usual fonts.
    top: baseline - size * 0.76,
    bottom: baseline + size * 0.24,
  };
}

/** Straight pieces; at a round corner the point that the curve bends around. */
function path({ d = '', stroke = '' }: Attributes): Path {
  const numbers = (text: string): number[] => text.split(' ').map(Number);
  const corners: Path['corners'] = [];
  for (const [, command = '', words = ''] of d.matchAll(/([MLQ])([\d. -]+)/g)) {
    const [x = NaN, y = NaN] = numbers(words);
    if (command === 'L' && d.includes(`L${words}Q`)) continue;
    corners.push({ x, y });
  }
  expect(corners.length).toBeGreaterThan(1);
  return { corners, stroke };
}

export const within = (inner: Area, outer: Area, margin = 0): boolean =>
  inner.left >= outer.left + margin &&
  inner.right <= outer.right - margin &&
  inner.top >= outer.top + margin &&
  inner.bottom <= outer.bottom - margin;

export const overlap = (one: Area, other: Area): boolean =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

/** The straight pieces of a path, as areas without width. */
export function pieces({ corners }: Path): Area[] {
  return corners.slice(1).map((to, index) => {
    const from = corners[index] ?? to;
    return {
      left: Math.min(from.x, to.x),
      right: Math.max(from.x, to.x),
      top: Math.min(from.y, to.y),
      bottom: Math.max(from.y, to.y),
    };
  });
}

/** WCAG 2.1, 1.4.3: the ratio of two colours' luminance, from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [dark = 0, bright = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const part = parseInt(colour.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

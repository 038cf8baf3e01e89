import { element, type Element, xmlDocument } from '../../report/xml.ts';
import { visible } from '../../report/visible.ts';
import type { Picture } from '../picture.ts';
import { drawing } from './drawing.ts';
import { boxPaints, fonts, inks, linePaints } from './paint.ts';
import type { Box, Line, Point, Text } from './scene.ts';

/**
 * The picture as SVG 1.1 with presentation attributes only, no style sheet and no script, so that browsers, office programs and editors show the
 * same. It brings its own background, and asks for the fonts of whatever system it is looked at on.
 */
export function svgPicture(picture: Picture): string {
  const { width, height, scene } = drawing(picture);
  return xmlDocument(
    element(
      'svg',
      {
        xmlns: 'http://www.w3.org/2000/svg',
        viewBox: `0 0 ${width} ${height}`,
        width: String(width),
        height: String(height),
        role: 'img',
        'aria-labelledby': 'title description',
        'font-family': fonts.sans,
      },
      [
        element('title', { id: 'title' }, [picture.name]),
        element('desc', { id: 'description' }, [description(picture)]),
        element('rect', {
          x: '0.5',
          y: '0.5',
          width: String(width - 1),
          height: String(height - 1),
          rx: '12',
          fill: '#ffffff',
          stroke: '#d5dbe3',
        }),
        ...scene.boxes.map(boxElement),
        element('g', { fill: 'none', 'stroke-linejoin': 'round' }, scene.lines.map(lineElement)),
        ...scene.lines.flatMap(endElements),
        ...scene.texts.map(textElement),
      ],
    ),
  );
}

/** For whoever does not see it. */
function description({ summary, facts, segments, machines, overlays }: Picture): string {
  const sentences = [
    visible(summary),
    facts.join(', '),
    ...segments.map(({ name, cidr }) => `segment ${name} ${cidr}`),
    ...machines.map(
      ({ name, role, devices }) =>
        `${role} ${name}: ${devices.map((device) => [device.name, ...device.addresses].join(' ')).join(', ')}`,
    ),
    ...overlays.map(({ words, tunnels }) => `${words}: ${tunnels.length} tunnels`),
  ];
  return `${sentences.filter((sentence) => sentence !== '').join('. ')}.`;
}

function boxElement({ x, y, width, height, look, title }: Box): Element {
  const { fill, stroke, radius, dash } = boxPaints[look];
  return element(
    'rect',
    {
      x: places(x),
      y: places(y),
      width: places(width),
      height: places(height),
      rx: String(radius),
      fill,
      stroke,
      ...(dash === undefined ? {} : { 'stroke-dasharray': dash }),
    },
    title === undefined ? [] : [element('title', {}, [title])],
  );
}

function lineElement({ points, look }: Line): Element {
  const { stroke, width, dash } = linePaints[look];
  return element('path', {
    d: roundedPath(points),
    stroke,
    'stroke-width': String(width),
    ...(dash === undefined ? {} : { 'stroke-dasharray': dash }),
  });
}

/** What is plugged in at both ends of a cable. */
function endElements({ points, look }: Line): Element[] {
  const { stroke, ends } = linePaints[look];
  if (ends === undefined) return [];
  return [points[0], points.at(-1)].flatMap((point) =>
    point === undefined
      ? []
      : [element('circle', { cx: places(point.x), cy: places(point.y), r: String(ends), fill: stroke })],
  );
}

const CORNER = 5;

/** Straight pieces along both axes, with round corners. */
function roundedPath(points: readonly Point[]): string {
  return points
    .map((point, position) => {
      const [before, after] = [points[position - 1], points[position + 1]];
      if (before === undefined) return `M${places(point.x)} ${places(point.y)}`;
      if (after === undefined) return `L${places(point.x)} ${places(point.y)}`;
      const from = towards(point, before);
      const to = towards(point, after);
      return `L${places(from.x)} ${places(from.y)}Q${places(point.x)} ${places(point.y)} ${places(to.x)} ${places(to.y)}`;
    })
    .join('');
}

function towards(point: Point, other: Point): Point {
  const [x, y] = [other.x - point.x, other.y - point.y];
  const length = Math.abs(x) + Math.abs(y);
  const part = length === 0 ? 0 : Math.min(CORNER, length / 2) / length;
  return { x: point.x + x * part, y: point.y + y * part };
}

function textElement({ x, y, text, anchor, family, size, bold, colour }: Text): Element {
  return element(
    'text',
    {
      x: places(x),
      y: places(y),
      ...(anchor === undefined ? {} : { 'text-anchor': anchor }),
      ...(family === 'sans' ? {} : { 'font-family': fonts.mono }),
      'font-size': String(size),
      ...(bold === true ? { 'font-weight': '600' } : {}),
      fill: inks[colour],
    },
    [text],
  );
}

/** Half pixels are enough. */
function places(value: number): string {
  return String(Math.round(value * 2) / 2);
}

import { element, type Element, xmlDocument } from '../../report/xml.ts';
import { visible } from '../../report/visible.ts';
import type { Picture } from '../picture.ts';
import { drawing } from './drawing.ts';
import type { Box, BoxLook, Ink, Line, LineLook, Point, Text } from './scene.ts';

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

const fonts = {
  sans: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif',
  mono: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace',
};

interface BoxPaint {
  fill: string;
  stroke: string;
  radius: number;
  dash?: string;
}

const boxPaints: Record<BoxLook, BoxPaint> = {
  node: { fill: '#f8fafc', stroke: '#94a3b8', radius: 10 },
  ethernet: { fill: '#eff6ff', stroke: '#3b82f6', radius: 6 },
  tunnel: { fill: '#f5f3ff', stroke: '#7c3aed', radius: 6 },
  bridge: { fill: '#ecfdf5', stroke: '#059669', radius: 6 },
  routes: { fill: '#ffffff', stroke: '#cbd5e1', radius: 6 },
  pod: { fill: '#fffbeb', stroke: '#d97706', radius: 6 },
  segment: { fill: '#334155', stroke: '#334155', radius: 6 },
  outside: { fill: '#f1f5f9', stroke: '#64748b', radius: 8 },
  overlay: { fill: '#f5f3ff', stroke: '#7c3aed', radius: 6, dash: '6 4' },
};

const linePaints: Record<LineLook, { stroke: string; width: number; dash?: string; ends?: number }> = {
  cable: { stroke: '#475569', width: 1.75, ends: 3 },
  bundle: { stroke: '#475569', width: 5 },
  veth: { stroke: '#059669', width: 1.25, ends: 2 },
  harness: { stroke: '#059669', width: 5 },
  tunnel: { stroke: '#7c3aed', width: 2, dash: '7 5' },
  inside: { stroke: '#94a3b8', width: 2 },
  carried: { stroke: '#7c3aed', width: 2, dash: '3 2' },
};

const inks: Record<Ink, string> = {
  title: '#0f172a',
  plain: '#1e293b',
  faint: '#475569',
  light: '#ffffff',
  pale: '#cbd5e1',
  ethernet: '#1e3a8a',
  tunnel: '#4c1d95',
  bridge: '#064e3b',
  pod: '#451a03',
};

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

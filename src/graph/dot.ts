import { visible } from '../report/visible.ts';
import { chart, type ChartBox, type ChartLine } from './chart.ts';
import type { Picture } from './picture.ts';

/** A Graphviz graph for `dot` (graphviz.org/doc/info/lang.html). */
export function dotPicture(picture: Picture): string {
  const { title, boxes, groups, lines } = chart(picture);
  return `${[
    'graph lab {',
    `  graph [label=${quoted([title])}, labelloc=t, fontname="Helvetica", rankdir=TB, newrank=true, bgcolor=white]`,
    '  node [shape=box, style="filled,rounded", fillcolor=white, fontname="Helvetica", fontsize=11]',
    '  edge [fontname="Helvetica", fontsize=9]',
    ...boxes.map((box) => `  ${boxText(box)}`),
    ...groups.flatMap(({ id, label, boxes: inside }) => [
      `  subgraph cluster_${id} {`,
      `    graph [label=${quoted([label])}, labelloc=t, color="#94a3b8", style=rounded]`,
      ...inside.map((box) => `    ${boxText(box)}`),
      '  }',
    ]),
    ...lines.map((line) => `  ${lineText(line)}`),
    '}',
  ].join('\n')}\n`;
}

const looks: Record<ChartBox['kind'], string> = {
  segment: 'fillcolor="#334155", color="#1e293b", fontcolor=white',
  ethernet: 'fillcolor="#eff6ff", color="#3b82f6", fontcolor="#1e3a8a"',
  tunnel: 'fillcolor="#f5f3ff", color="#7c3aed", fontcolor="#4c1d95"',
  overlay: 'fillcolor="#f5f3ff", color="#7c3aed", fontcolor="#4c1d95", style="filled,dashed"',
  bridge: 'fillcolor="#ecfdf5", color="#059669", fontcolor="#064e3b"',
  pod: 'fillcolor="#fffbeb", color="#d97706", fontcolor="#451a03"',
};

const strokes: Record<ChartLine['kind'], string> = {
  wire: 'color="#475569"',
  inside: 'color="#94a3b8"',
  // A tunnel joins what stands side by side.
  tunnel: 'color="#7c3aed", fontcolor="#7c3aed", style=dashed, constraint=false',
};

function boxText({ id, kind, label }: ChartBox): string {
  return `${id} [label=${quoted(label)}, ${looks[kind]}]`;
}

function lineText({ from, to, kind, label }: ChartLine): string {
  const words = label === undefined ? '' : `label=${quoted([label])}, `;
  return `${from} -- ${to} [${words}${strokes[kind]}]`;
}

/** A quoted string: a backslash begins an escape sequence of labels, so each one is doubled. */
function quoted(lines: readonly string[]): string {
  return `"${lines.map((line) => visible(line).replaceAll('\\', '\\\\').replaceAll('"', '\\"')).join('\\n')}"`;
}

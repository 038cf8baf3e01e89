import { visible } from '../report/visible.ts';
import { chart, type ChartBox, type ChartLine } from './chart.ts';
import type { Picture } from './picture.ts';

/** A Mermaid flowchart, as GitHub and many wikis show it in a block ```mermaid (mermaid.js.org/syntax/flowchart.html). */
export function mermaidPicture(picture: Picture): string {
  const { title, boxes, groups, lines } = chart(picture);
  const tunnels = lines.flatMap(({ kind }, position) => (kind === 'tunnel' ? [position] : []));
  const statements = [
    ...boxes.map((box) => `  ${boxText(box)}`),
    ...groups.flatMap(({ id, label, boxes: inside }) => [
      `  subgraph ${id} [${quoted([label])}]`,
      ...inside.map((box) => `    ${boxText(box)}`),
      '  end',
    ]),
    ...lines.map((line) => `  ${lineText(line)}`),
    ...(tunnels.length > 0 ? [`  linkStyle ${tunnels.join(',')} stroke:#7c3aed,stroke-width:2px`] : []),
    `  class ${groups.map(({ id }) => id).join(',')} machine`,
    '  classDef machine fill:#f8fafc,stroke:#94a3b8,color:#0f172a',
    '  classDef segment fill:#334155,stroke:#1e293b,color:#ffffff',
    '  classDef ethernet fill:#eff6ff,stroke:#3b82f6,color:#1e3a8a',
    '  classDef tunnel fill:#f5f3ff,stroke:#7c3aed,color:#4c1d95',
    '  classDef overlay fill:#f5f3ff,stroke:#7c3aed,color:#4c1d95,stroke-dasharray:6 4',
    '  classDef bridge fill:#ecfdf5,stroke:#059669,color:#064e3b',
    '  classDef pod fill:#fffbeb,stroke:#d97706,color:#451a03',
  ].join('\n');
  const head = ['---', `title: ${JSON.stringify(visible(title))}`, '---', 'flowchart TB'].join('\n');
  const length = head.length + statements.length + LONGEST_COMMENT;
  return `${[head, ...limits(lines.length, length), statements].join('\n')}\n`;
}

/** What Mermaid draws by default (mermaid.js.org/config/schema-docs/config.html, maxEdges and maxTextSize); more is refused. */
const MOST_LINES = 500;
const LONGEST_TEXT = 50_000;
/** At most, of the comment about it. */
const LONGEST_COMMENT = 150;

/** A comment for whoever finds that a large lab is refused. A page may set the limits; a diagram itself may not. */
function limits(lineCount: number, length: number): string[] {
  if (lineCount <= MOST_LINES && length <= LONGEST_TEXT) return [];
  const wanted = `{ maxEdges: ${lineCount}, maxTextSize: ${length} }`;
  return [`  %% larger than Mermaid draws by default: mermaid.initialize(${wanted})`];
}

function boxText({ id, kind, label }: ChartBox): string {
  const [open, close] = kind === 'overlay' ? ['([', '])'] : ['[', ']'];
  return `${id}${open}${quoted(label)}${close}:::${kind}`;
}

const strokes = { wire: '---', inside: '---', tunnel: '-.-' } as const;

function lineText({ from, to, kind, label }: ChartLine): string {
  return `${from} ${strokes[kind]}${label === undefined ? '' : `|${quoted([label])}|`} ${to}`;
}

/** In quotes everything is text but quotes themselves, entities and HTML, which are written as entities of Mermaid's own: `#quot;`. */
function quoted(lines: readonly string[]): string {
  const text = lines.map((line) =>
    visible(line).replace(/[#&<>"`\\]/g, (character) => `#${character.codePointAt(0)};`),
  );
  return `"${text.join('<br/>')}"`;
}

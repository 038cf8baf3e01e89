/** A line with lines below it. */
export interface Branch {
  text: string;
  below: Branch[];
  /** Drawn with a broken line: what is carried by something else, and no cable. */
  broken?: boolean;
}

export function branch(text: string, below: Branch[] = []): Branch {
  return { text, below };
}

/** Strokes of a tree: the last of several lines, the others, and what stands before the lines below each. */
interface Strokes {
  more: string;
  last: string;
  moreBroken: string;
  lastBroken: string;
  beside: string;
}

const strokes: Record<'unicode' | 'ascii', Strokes> = {
  unicode: { more: '├── ', last: '└── ', moreBroken: '├╌╌ ', lastBroken: '└╌╌ ', beside: '│   ' },
  ascii: { more: '|-- ', last: '`-- ', moreBroken: '|.. ', lastBroken: '`.. ', beside: '|   ' },
};

/** The lines of a tree, as tree(1) draws it. */
export function treeLines({ text, below }: Branch, unicode: boolean): string[] {
  const { more, last, moreBroken, lastBroken, beside } = strokes[unicode ? 'unicode' : 'ascii'];
  const lines = below.flatMap((child, position) => {
    const isLast = position === below.length - 1;
    const [first, ...others] = treeLines(child, unicode);
    const stroke = child.broken ? (isLast ? lastBroken : moreBroken) : isLast ? last : more;
    return [`${stroke}${first}`, ...others.map((line) => `${isLast ? '    ' : beside}${line}`)];
  });
  return [text, ...lines];
}

/** Texts in columns two blanks apart. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, text] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, text.length);
  const used = widths.map((width) => width > 0);
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .filter((_, column) => used[column])
      .join('  ')
      .trimEnd(),
  );
}

import type { Contents } from './panel.ts';
import type { Picture, Switch } from '../picture.ts';

/** A segment with its nodes below it, in a grid. */
export interface Block {
  segment: Switch;
  /** Rows of the grid. */
  rows: Contents[][];
  columns: number;
  /** The first of its columns among those of the page. */
  firstColumn: number;
}

/** So many nodes beside each other are still readable. */
export function columnsFor(nodes: number): number {
  if (nodes <= 3) return nodes;
  return [5, 6, 9].includes(nodes) ? 3 : 4;
}

/** Segments beside each other as far as their nodes fit into a row, then below. */
export function blockRows(picture: Picture, contents: readonly Contents[]): Block[][] {
  const most = columnsFor(contents.length);
  const nodes = new Map(contents.map((one) => [one.machine.name, one]));
  const rows: Block[][] = [];
  let used = most;
  for (const segment of picture.segments) {
    const own = picture.wires
      .filter(({ bridge }) => bridge.place === segment.name)
      .flatMap(({ far }) => nodes.get(far.place) ?? []);
    if (own.length === 0) continue;
    const columns = Math.min(most, own.length);
    if (used + columns > most) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)?.push({ segment, rows: inRows(own, columns), columns, firstColumn: used });
    used += columns;
  }
  return rows;
}

function inRows(own: readonly Contents[], columns: number): Contents[][] {
  return Array.from({ length: Math.ceil(own.length / columns) }, (_, row) =>
    own.slice(row * columns, (row + 1) * columns),
  );
}

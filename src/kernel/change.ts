import type { Row } from './row.ts';

/** What has become of a row between two looks at the tables. */
export interface Change {
  change: 'appeared' | 'disappeared' | 'changed';
  /** As it is now; of one that is gone, as it was. */
  row: Row;
  /** Of a changed row: as it was. */
  was?: Row;
}

/** Rows that are missing are not in the kernel: a row that goes missing has disappeared. */
export function changes(before: readonly Row[], after: readonly Row[]): Change[] {
  const old = byKey(before);
  const now = byKey(after);
  const found: Change[] = [];
  for (const [key, row] of old) if (!now.has(key)) found.push({ change: 'disappeared', row });
  for (const [key, row] of now) {
    const was = old.get(key);
    if (!was) found.push({ change: 'appeared', row });
    else if (text(was) !== text(row) || was.what !== row.what) found.push({ change: 'changed', row, was });
  }
  return found;
}

/** Some tables hold one row twice. */
function byKey(rows: readonly Row[]): Map<string, Row> {
  const found = new Map<string, Row>();
  for (const row of rows) {
    if (row.what === 'missing') continue;
    let key = row.key;
    while (found.has(key)) key += '+';
    found.set(key, row);
  }
  return found;
}

const text = ({ live, row }: Row) => live ?? row;

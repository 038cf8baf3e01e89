/** One stem and what hangs on it. */
export interface Fork {
  stem: string;
  branches: string[];
}

/** More than this many branches are counted, not drawn. */
const MOST_BRANCHES = 12;

/**
 * A picture of forks below each other, their branches in one column:
 *
 *   lan  192.168.0.0/24  ─┬─ node1    eth0  192.168.0.21/24
 *                         └─ gateway  eth0  192.168.0.1/24
 *   wan  203.0.113.0/24  ─── outside  eth0  203.0.113.10/24
 */
export function forks(all: readonly Fork[]): string[] {
  const width = Math.max(0, ...all.map(({ stem }) => stem.length));
  return all.flatMap(({ stem, branches }) => {
    const drawn = branches.length > MOST_BRANCHES ? branches.slice(0, MOST_BRANCHES - 1) : branches;
    const left = branches.length - drawn.length;
    const shown = left === 0 ? drawn : [...drawn, `… and ${left} more`];
    if (shown.length === 0) return [stem];
    return shown.map((branch, index) => {
      const first = index === 0;
      const last = index === shown.length - 1;
      const joint = first ? (last ? '───' : '─┬─') : last ? ' └─' : ' ├─';
      return `${(first ? stem : '').padEnd(width)} ${joint} ${branch}`;
    });
  });
}

/** Rows of words in columns. */
export function columns(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((word, column) => word.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

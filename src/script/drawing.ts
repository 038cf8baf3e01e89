/** One stem and what hangs on it. */
export interface Fork {
  stem: string;
  branches: string[];
}

/** More branches of one stem than this are counted, not drawn, and fewer where there are many stems; but three lines are always there. */
const MOST_BRANCHES = 12;
const MOST_LINES = 60;
const FEWEST_BRANCHES = 3;

/**
 * A picture of forks below each other, their branches in one column:
 *
 *   lan  192.168.0.0/24  ─┬─ node1    eth0  192.168.0.21/24
 *                         └─ gateway  eth0  192.168.0.1/24
 *   wan  203.0.113.0/24  ─── outside  eth0  203.0.113.10/24
 */
export function forks(all: readonly Fork[]): string[] {
  const width = Math.max(0, ...all.map(({ stem }) => stem.length));
  const share = Math.floor(MOST_LINES / all.length);
  const most = Math.max(FEWEST_BRANCHES, Math.min(MOST_BRANCHES, share));
  return all.flatMap(({ stem, branches }) => {
    const drawn = branches.length > most ? branches.slice(0, most - 1) : branches;
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

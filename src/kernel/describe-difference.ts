import type { Row } from './row.ts';

/** A row that is not as wanted, in one line: `node1: missing route ... (flannel: lease ...)`. */
export function describeDifference({ namespace, what, row, details, reason }: Row): string {
  const because = reason ? ` (${reason.owner}: ${reason.why})` : '';
  const differing = details.length > 0 ? `: ${details.join('; ')}` : '';
  return `${namespace}: ${what} ${row}${differing}${because}`;
}

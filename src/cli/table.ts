import { visible } from '../report/visible.ts';

/** Rows of words, in columns two blanks apart; whatever the words are, each row is one line. */
export function rows(table: readonly (readonly string[])[]): string {
  const texts = table.map((row) => row.map((text) => visible(text)));
  const widths: number[] = [];
  for (const row of texts) {
    for (const [column, text] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, text.length);
  }
  return texts
    .map(
      (row) =>
        `${row
          .map((text, column) => text.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

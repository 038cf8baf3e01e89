import { shellQuote } from '../run/shell-quote.ts';

const WIDTH = 120;

/** Where a long line is broken: before the first of these that it has, at its last place. */
const BREAKS = ['peer', 'type', '-m', '-j'];

/** A command as one types it; a long one on two lines. */
export function commandText(argv: readonly string[]): string {
  // Not where a command begins, `!` is a word like any other.
  const words = argv.map((word, index) => (word === '!' && index > 0 ? word : shellQuote(word)));
  const line = words.join(' ');
  if (line.length <= WIDTH) return `${line}\n`;
  const at = BREAKS.map((word) => words.lastIndexOf(word)).find((index) => index > 0);
  if (at === undefined) return `${line}\n`;
  return `${words.slice(0, at).join(' ')} \\\n  ${words.slice(at).join(' ')}\n`;
}

/**
 * Text from outside (titles, command output, names of files) on its way to a terminal or a file: whatever a terminal would obey instead of
 * show is written as an escape, so that no lab file and no packet can move the cursor, recolour the screen or reverse the reading order.
 *
 *   ESC [ 3 1 m   ->   \x1b[31m          line feed -> \n          U+202E -> \u202e          half a surrogate pair -> \ud800
 *
 * Unsafe are Unicode's categories control (Cc), format (Cf, except the two joiners that emoji and Indic scripts need), surrogate (Cs), line and
 * paragraph separator (Zl, Zp), and the non-characters U+FFFE and U+FFFF that XML forbids.
 */
const unsafe = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/gu;
const unsafeOrNotAscii = /[^\x20-\x7e]/gu;

export interface Visibility {
  /** For a locale without UTF-8: nothing but printable ASCII. */
  ascii?: boolean;
}

/** The text on one line. */
export function visible(text: string, { ascii = false }: Visibility = {}): string {
  return text.replace(ascii ? unsafeOrNotAscii : unsafe, escaped);
}

/** The text as lines: line feeds separate, tabs become four spaces, one empty last line is dropped. */
export function visibleLines(text: string, visibility: Visibility = {}): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines.map((line) => visible(line.replaceAll('\t', '    '), visibility));
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  const code = character.codePointAt(0) as number;
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

/** At most `limit` UTF-16 units of the text, then how many are missing; a surrogate pair is not cut. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  const end = last >= 0xd800 && last < 0xdc00 ? limit - 1 : limit;
  return `${text.slice(0, end)} ... (${text.length - end} more characters)`;
}

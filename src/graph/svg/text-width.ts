/**
 * How wide a text may become. Nobody knows the fonts of whoever looks at the picture, so these are the widths of the widest among the usual ones
 * (DejaVu Sans, Verdana; DejaVu Sans Mono, SF Mono), in parts of the font size.
 */
export interface Font {
  family: 'sans' | 'mono';
  size: number;
  bold?: boolean;
}

/** DejaVu Sans Mono has 0.602, SF Mono 0.618. */
const MONO = 0.62;
const BOLD = 1.12;

export function textWidth(text: string, { family, size, bold = false }: Font): number {
  let parts = 0;
  for (const character of text) parts += family === 'mono' ? monoWidth(character) : sansWidth(character);
  return parts * size * (bold && family === 'sans' ? BOLD : 1);
}

function monoWidth(character: string): number {
  return character <= '\u024f' || /[–…·→]/.test(character) ? MONO : 2 * MONO;
}

function sansWidth(character: string): number {
  if (/[ijl.,:;'|!I ]/.test(character)) return 0.37;
  if (/[ftr()[\]/"*-]/.test(character)) return 0.45;
  if (/[mwMW@%…]/.test(character)) return 1;
  if (/[A-Z&–+<>=~^#$]/.test(character)) return 0.82;
  if (character <= '\u024f') return 0.65;
  // East Asian characters take a square, emoji somewhat more.
  return 1.35;
}

/** The text as far as it fits: the middle of what does not is left out, because names differ at their ends. */
export function fitted(text: string, width: number, font: Font): string {
  if (textWidth(text, font) <= width) return text;
  const characters = charactersOf(text);
  for (let kept = characters.length - 1; kept > 0; kept--) {
    const head = Math.ceil(kept / 2);
    const short = `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (kept - head)).join('')}`;
    if (textWidth(short, font) <= width) return short;
  }
  return '';
}

/** The text in lines, broken where `after` matches, else between any two characters; `broken` tells that the latter had to be. */
export function wrapped(
  text: string,
  width: number,
  { font, after }: { font: Font; after: RegExp },
): { lines: string[]; broken: boolean } {
  const lines: string[] = [];
  let broken = false;
  let line = '';
  for (const piece of text.split(after)) {
    if (textWidth((line + piece).trimEnd(), font) <= width) {
      line += piece;
      continue;
    }
    if (line !== '') lines.push(line.trimEnd());
    line = '';
    for (const character of piece) {
      if (line !== '' && textWidth(line + character, font) > width) {
        broken = true;
        lines.push(line);
        line = '';
      }
      line += character;
    }
  }
  if (line !== '') lines.push(line.trimEnd());
  return { lines, broken };
}

/** At most so many lines; the rest is left out, and the last line says so. */
export function atMostLines(lines: readonly string[], most: number, width: number, font: Font): string[] {
  if (lines.length <= most) return [...lines];
  const kept = lines.slice(0, most);
  let last = `${kept.pop() ?? ''}…`;
  while (last.length > 1 && textWidth(last, font) > width)
    last = `${charactersOf(last).slice(0, -2).join('')}…`;
  return [...kept, last];
}

/** What a person takes for one character, so that no emoji is cut in two. */
function charactersOf(text: string): string[] {
  return Array.from(new Intl.Segmenter('en').segment(text), ({ segment }) => segment);
}

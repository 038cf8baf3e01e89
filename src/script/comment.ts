import { visible } from '../report/visible.ts';

/** Where a comment line ends at the latest, but for words that are longer. */
const WIDTH = 110;

/** Lines as a bash comment. Whatever they hold stays on its line. */
export function comment(lines: readonly string[]): string {
  return lines.map((line) => `# ${visible(line)}`.trimEnd() + '\n').join('');
}

/** A sentence as comment, on as many lines as it takes. */
export const said = (sentence: string): string => comment(folded(sentence));

/** The head of a section: its title, what happens in it, and a picture. */
export function titled(title: string, idea: string, drawing: readonly string[] = []): string {
  const picture = drawing.length === 0 ? [] : ['', ...drawing.map((line) => `  ${line}`)];
  return comment([`══ ${title} `.padEnd(WIDTH - 2, '═'), '', ...folded(idea), ...picture]);
}

/** The head of a part. */
export const subtitled = (title: string): string => comment([`── ${title} ──`]);

function folded(sentence: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of sentence.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= WIDTH - 2 || line === '') line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

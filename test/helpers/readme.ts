/** Console blocks of a README: what is typed after `$ ` and what it prints. */
export interface Step {
  /** Line of the command in the README, from 1. */
  line: number;
  command: string;
  want: string[];
}

export function consoleSteps(markdown: string): Step[] {
  const steps: Step[] = [];
  let inBlock = false;
  for (const [index, text] of markdown.split('\n').entries()) {
    if (text.startsWith('```')) {
      inBlock = !inBlock && text === '```console';
      continue;
    }
    if (!inBlock) continue;
    if (text.startsWith('$ ')) steps.push({ line: index + 1, command: text.slice(2), want: [] });
    else steps.at(-1)?.want.push(text);
  }
  return steps;
}

/**
 * Where the output differs from the README; undefined: nowhere. A line `...` stands for any number of lines, `…` within a line for any text.
 * White space at the ends of lines does not count, as editors take it away.
 */
export function outputDifference(want: readonly string[], got: string): string | undefined {
  const lines = got.split('\n').map((line) => line.trimEnd());
  while (lines.at(-1) === '') lines.pop();
  const pattern = want.map((line) => {
    if (line.trim() === '...') return '(?:.*\\n)*?';
    const escaped = line
      .trimEnd()
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return `${escaped.join('.*?')}\\n`;
  });
  const text = lines.map((line) => `${line}\n`).join('');
  if (new RegExp(`^${pattern.join('')}$`).test(text)) return undefined;
  return `want:\n${want.join('\n')}\ngot:\n${lines.join('\n')}`;
}

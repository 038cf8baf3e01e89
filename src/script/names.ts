import type { KernelState } from '../kernel/state.ts';
import { shellCommand, shellQuote } from '../run/shell-quote.ts';
import { titled } from './comment.ts';

/** Files of /etc that machines have of their own, where ip-netns(8) looks for them. */
export function names({ namespaces }: KernelState): string {
  const texts = namespaces.flatMap(({ name, files }) => {
    const own = Object.entries(files);
    if (own.length === 0) return [];
    const directory = `/etc/netns/${name}`;
    const written = own.map(([file, text]) => fileText(`${directory}/${file}`, text));
    return [`mkdir ${shellQuote(directory)}\n${written.join('')}`];
  });
  if (texts.length === 0) return '';
  const idea =
    'Each machine has its own /etc/hosts: `ip netns exec NAME` shows the files of /etc/netns/NAME in /etc.';
  return [titled('Names', idea), ...texts].join('\n');
}

/** `cat >FILE` with a here-document, or where that cannot hold the text `printf ... | cat >FILE`. */
function fileText(path: string, text: string): string {
  const target = `cat >${shellQuote(path)}`;
  return `${shellCommand(['cat'], text).replace(/^cat\b|\bcat$/, () => target)}\n`;
}

/** The words that the reader typed to get here, so that what we tell them to type works for them: `npm run lab` or `bin/lab`. */
export function launcher(env: Record<string, string | undefined> = process.env): string {
  return startedByNpm(env) ? 'npm run lab' : 'bin/lab';
}

/** npm says which script it runs; below `npm test` a lab is started as `bin/lab` all the same. */
function startedByNpm(env: Record<string, string | undefined> = process.env): boolean {
  return env['npm_lifecycle_event'] === 'lab';
}

/**
 * A command line for the reader. npm keeps options for itself unless `--` stands before them, and takes the first `--` away; what follows the
 * place in `exec` is the command even without it, so `exec <lab> <place> -- <command>` is the same for both.
 */
export function typed(words: string, env: Record<string, string | undefined> = process.env): string {
  const dashes = startedByNpm(env) && /(^| )-/.test(words) && !words.includes(' -- ') ? '-- ' : '';
  return `${launcher(env)} ${dashes}${words}`;
}

/** A hint from below the command line, which says `bin/lab ...`, in the words that the reader types. */
export function asTyped(hint: string, env: Record<string, string | undefined> = process.env): string {
  const [, words] = /^bin\/lab (.+)$/s.exec(hint) ?? [];
  return words === undefined ? hint : typed(words, env);
}

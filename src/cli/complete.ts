import { type Completion, completion, type NameSource } from './candidates.ts';
import { labNames } from './lab-names.ts';

/**
 * `bin/lab --complete SHELL WORDS...`, for the scripts that `bin/lab completion` prints: what may stand at the last of these words. Answers in
 * lines; what goes wrong is no answer, as nobody who types wants to read about it.
 *
 *   =VALUE TAB DESCRIPTION     a word that may stand there
 *   files                      where none of these fits: a file
 *   command N                  words N and on are a command of its own
 */
export async function complete([shell, ...words]: readonly string[]): Promise<void> {
  const inBash = shell === 'bash';
  const typed = inBash ? joinedAtEquals(words) : words.map((word, at) => ({ word, at }));
  const before = typed.slice(0, -1).map(({ word }) => word);
  const current = typed.at(-1)?.word ?? '';
  const found = await completion(before, current, machineNames).catch((): Completion => ({ candidates: [] }));
  if (found.commandAt !== undefined) found.commandAt = typed[found.commandAt]?.at ?? found.commandAt;
  process.stdout.write(lines(inBash ? forBash(found, current) : found).join(''));
}

/** bash offers what is given to it; zsh and fish choose by themselves. */
function forBash(found: Completion, current: string): Completion {
  const fitting = found.candidates.filter(({ value }) => value.startsWith(current));
  // What follows = is a word of its own to bash, and all that it replaces.
  const from = current.startsWith('--') ? current.indexOf('=') + 1 : 0;
  return { ...found, candidates: fitting.map((one) => ({ ...one, value: one.value.slice(from) })) };
}

function lines({ candidates, files, commandAt }: Completion): string[] {
  const said = candidates
    // A name that would end its line is none that can be typed.
    .filter(({ value }) => value !== '' && !/\p{Cc}/u.test(value))
    .map(({ value, describe = '' }) => `=${value}\t${describe.replaceAll(/\p{Cc}/gu, ' ')}\n`);
  if (files) said.push('files\n');
  if (commandAt !== undefined) said.push(`command ${commandAt}\n`);
  return said;
}

/** `--reporter`, `=`, `junit`, as bash gives it, is one word to us. `at`: where it began. */
function joinedAtEquals(words: readonly string[]): { word: string; at: number }[] {
  const joined: { word: string; at: number }[] = [];
  for (const [at, raw] of words.entries()) {
    const word = unquoted(raw);
    const last = joined.at(-1);
    const goesOn = raw === '=' || (words[at - 1] === '=' && last?.word.endsWith('='));
    if (last?.word.startsWith('--') && goesOn) last.word += word;
    else joined.push({ word, at });
  }
  return joined;
}

/** A word as the shell would read it; of quotation marks one may still be open. */
function unquoted(word: string): string {
  return word.replaceAll(
    /'([^']*)'?|"((?:[^"\\]|\\.)*)"?|\\(.)/gs,
    (_, single?: string, double?: string, one?: string) =>
      single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? one ?? '',
  );
}

const machineNames: NameSource = {
  labs: labNames,
  async places(lab) {
    const { placesOf } = await import('../lifecycle/places.ts');
    const { labFile } = await import('./lab-word.ts');
    return await placesOf(lab, () => labFile(lab));
  },
  async devices(lab, place) {
    const { devicesOf } = await import('../lifecycle/places.ts');
    const { labFile } = await import('./lab-word.ts');
    return await devicesOf(await labFile(lab), place);
  },
};

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nearestFew } from '../model/names.ts';
import { visible } from '../report/visible.ts';
import { Failure } from '../run/failure.ts';
import type { Arguments } from './arguments.ts';
import type { Command } from './command.ts';
import { commands } from './command.ts';
import { exitCodes } from './exit-code.ts';
import { told } from './failure-text.ts';
import { shortHelp } from './help.ts';
import { labNames } from './lab-names.ts';
import { sortedWords } from './words.ts';
import { typed } from './wording.ts';

/** Does what the words say. Resolves to the exit code; never throws. */
export async function commandLine(words: readonly string[]): Promise<number> {
  let exit: Command['exit'] = 'run';
  try {
    if (words.length === 0) {
      process.stdout.write(shortHelp(labNames()));
      return exitCodes.good;
    }
    const sorted = sortedWords(words, isLab);
    if (sorted.kind === 'strange-word') throw strangeWord(sorted.word);
    if (sorted.command) ({ exit } = sorted.command);
    if (sorted.kind === 'wrong-option') {
      const name = sorted.command?.name;
      throw new Failure('usage', sorted.problem, [typed(name === undefined ? '--help' : `${name} --help`)]);
    }
    const { argumentsOf, helpText } = await import('./parser.ts');
    if (sorted.help || !sorted.command) {
      process.stdout.write(await helpText(sorted.command));
      return exitCodes.good;
    }
    const args: Arguments = await argumentsOf(sorted.command, sorted);
    return await sorted.command.run(args);
  } catch (error) {
    return told(error, exit);
  }
}

/** A name under labs/, or the path of somebody's own lab directory or file. */
function isLab(word: string): boolean {
  return (
    labNames().includes(word) ||
    /[/\\]|^\.\.?$/.test(word) ||
    /\.ya?ml$/.test(word) ||
    existsSync(join(word, 'lab.yaml'))
  );
}

function strangeWord(word: string): Failure {
  const labs = labNames();
  const near = nearestFew(word, [...commands.map(({ name }) => name), ...labs]);
  const meant = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '';
  return new Failure(
    'usage',
    `there is no command and no lab called ${visible(JSON.stringify(word))}${meant}`,
    [`labs: ${labs.join(' ')}`, typed('--help')],
  );
}

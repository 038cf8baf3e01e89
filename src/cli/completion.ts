import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nearestFew } from '../model/names.ts';
import { visible } from '../report/visible.ts';
import { Failure } from '../run/failure.ts';
import type { Arguments } from './arguments.ts';
import { exitCodes } from './exit-code.ts';
import { projectDirectory } from './project.ts';
import { typed } from './wording.ts';

/** In single quotes, as each of these shells reads them. */
const quoted = {
  bash: (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`,
  zsh: (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`,
  fish: (text: string) => `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`,
} as const;

/** The script asks this checkout's launcher, by its absolute path: what merely lies in the current directory is not run by a Tab. */
export function printCompletion({ shell = '' }: Arguments): number {
  const shells = Object.keys(quoted) as (keyof typeof quoted)[];
  const name = shells.find((one) => one === shell);
  if (name === undefined) {
    const near = nearestFew(shell, shells, 1)[0];
    const meant = near === undefined ? `there are ${shells.join(', ')}` : `did you mean ${near}?`;
    throw new Failure('usage', `there is no completion for ${visible(JSON.stringify(shell))}; ${meant}`, [
      typed('completion bash'),
    ]);
  }
  const script = readFileSync(new URL(`./completion.${name}`, import.meta.url), 'utf8');
  const launcher = quoted[name](join(projectDirectory(), 'bin/lab'));
  process.stdout.write(script.replaceAll('@LAUNCHER@', () => launcher));
  return exitCodes.good;
}

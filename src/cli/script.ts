import { chmodSync, writeFileSync } from 'node:fs';
import { Failure } from '../run/failure.ts';
import type { Arguments } from './arguments.ts';
import { exitCodes } from './exit-code.ts';
import { labFile, readLab } from './lab-word.ts';

/**
 * Prints a lab as a bash script that needs nothing of this project, or writes it, executable; with --json its commands and their reasons. Nothing is
 * built. Throws Failure (usage).
 */
export async function printScript({ lab: word = '', json, output }: Arguments): Promise<number> {
  const { labScript, labSections } = await import('../script/script.ts');
  const lab = await readLab(await labFile(word));
  const text = json
    ? `${JSON.stringify({ lab: lab.name, sections: labSections(lab) }, undefined, 2)}\n`
    : labScript(lab);
  if (output === undefined || output === '-') {
    process.stdout.write(text);
    return exitCodes.good;
  }
  try {
    writeFileSync(output, text);
    if (!json) chmodSync(output, 0o755);
  } catch (error) {
    throw new Failure('usage', `cannot write the script: ${(error as Error).message}`);
  }
  return exitCodes.good;
}

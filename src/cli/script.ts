import { chmodSync, writeFileSync } from 'node:fs';
import { Failure } from '../run/failure.ts';
import type { Arguments } from './arguments.ts';
import { exitCodes } from './exit-code.ts';
import { labFile, readLab } from './lab-word.ts';

/** Prints a lab as a bash script that needs nothing of this project, or writes it, executable. Nothing is built. Throws Failure (usage). */
export async function printScript({ lab: word = '', output }: Arguments): Promise<number> {
  const { labScript } = await import('../script/script.ts');
  const text = labScript(await readLab(await labFile(word)));
  if (output === undefined || output === '-') {
    process.stdout.write(text);
    return exitCodes.good;
  }
  try {
    writeFileSync(output, text);
    chmodSync(output, 0o755);
  } catch (error) {
    throw new Failure('usage', `cannot write the script: ${(error as Error).message}`);
  }
  return exitCodes.good;
}

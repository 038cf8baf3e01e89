import { commandLine } from './command-line.ts';
import { exitCodes } from './exit-code.ts';
import { told } from './failure-text.ts';

/** The command line as a process: nothing that happens in it ends in a stack trace, and what was written reaches its reader before it ends. */
export async function program(words: readonly string[]): Promise<never> {
  const enters = /^(exec|shell)$/.test(words.find((word) => !word.startsWith('-')) ?? '');
  // A defect outside of what is awaited ends the command as any other does.
  process.on('uncaughtException', (error) => process.exit(told(error, enters ? 'enter' : 'run')));

  // Node ends with 0 when nothing is left that could wake it, also in the middle of our work: that is a defect, and no success.
  process.on('beforeExit', () => {
    process.exit(
      told(new Error('nothing is left to wait for, but the work is not done'), enters ? 'enter' : 'run'),
    );
  });

  // A reader that went away (`bin/lab list | head -1`) or a closed terminal is no error of ours; a full disk is one.
  let lost: string | undefined;
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') lost ??= error.message;
  });

  const exitCode = await commandLine(words);
  await new Promise((resolve) => process.stdout.write('', resolve));
  if (lost === undefined) process.exit(exitCode);
  process.stderr.write(`lab: cannot write to standard output: ${lost}\n`);
  process.exit(exitCode === exitCodes.good ? exitCodes.notBuilt : exitCode);
}

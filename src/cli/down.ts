import { openReporter } from '../report/reporter.ts';
import { Failure } from '../run/failure.ts';
import type { Arguments } from './arguments.ts';
import { exitCodes } from './exit-code.ts';
import { labName } from './lab-word.ts';
import { typed } from './wording.ts';

/** Removes a lab, or all that are up. One that is not up is no error: it is as gone as it was to be. */
export async function downLabs(args: Arguments): Promise<number> {
  if (args.all === (args.lab !== undefined)) {
    throw new Failure('usage', 'down takes a lab or --all', [typed('status'), typed('down --all')]);
  }
  const { down } = await import('../lifecycle/down.ts');
  const { status } = await import('../lifecycle/status.ts');
  const names = args.all ? (await status()).map(({ name }) => name) : [await labName(args.lab as string)];
  const reporter = openReporter(
    { name: args.json ? 'json' : 'human', verbose: args.verbose },
    { stdout: process.stdout, env: process.env, now: () => new Date() },
  );
  // Removing is not to be stopped half-way, so nothing aborts it.
  const context = { emit: reporter.emit, signal: new AbortController().signal, slow: false };
  let failure: unknown;
  for (const name of names) {
    try {
      const removed = await down(name, context);
      const text = removed ? `${name} is removed` : `${name} was not running`;
      reporter.emit({ type: 'note', lab: name, level: 'info', text });
    } catch (error) {
      // The others are removed all the same.
      failure ??= error;
    }
  }
  if (names.length === 0) reporter.emit({ type: 'note', level: 'info', text: 'no lab is running' });
  reporter.close();
  if (failure !== undefined) throw failure;
  return exitCodes.good;
}

import { Failure } from '../run/failure.ts';
import type { Arguments } from './arguments.ts';
import { labName } from './lab-word.ts';
import { typed } from './wording.ts';

/** Runs a command inside, with its arguments exactly as they came. Resolves to its exit code. */
export async function execInside({ lab = '', where = '', argv }: Arguments): Promise<number> {
  if (argv.length === 0) {
    throw new Failure('usage', 'exec needs a command', [
      typed(`exec ${lab} ${where} -- ip route`),
      typed(`shell ${lab} ${where}`),
    ]);
  }
  const { enter } = await import('../lifecycle/enter.ts');
  return enter(await labName(lab), where, argv);
}

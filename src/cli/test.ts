import { Failure } from '../run/failure.ts';
import type { Arguments } from './arguments.ts';
import { runLabs } from './lab-run.ts';
import { labsDirectory } from './project.ts';
import { typed } from './wording.ts';

/** Each lab: built, verified and removed, whatever came of it. Labs that are running are not concerned. */
export async function testLabs(args: Arguments): Promise<number> {
  const { test } = await import('../lifecycle/test.ts');
  return runLabs(args, { words: await wanted(args), jobs: args.jobs ?? 2, work: test });
}

async function wanted({ labs = [], all }: Arguments): Promise<string[]> {
  if (all && labs.length > 0) throw new Failure('usage', 'test takes labs or --all, not both');
  if (!all && labs.length === 0)
    throw new Failure('usage', 'test needs labs, or --all', [typed('test --all')]);
  if (!all) return labs;
  const { labsIn } = await import('../lab/load.ts');
  const found = await labsIn(labsDirectory());
  if (found.length === 0) throw new Failure('usage', `there are no labs in ${labsDirectory()}`);
  return found.map(({ name }) => name);
}

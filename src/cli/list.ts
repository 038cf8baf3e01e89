import { visible } from '../report/visible.ts';
import type { Arguments } from './arguments.ts';
import { exitCodes } from './exit-code.ts';
import { labsDirectory } from './project.ts';
import { rows } from './table.ts';

export async function listLabs({ json }: Arguments): Promise<number> {
  const { labsIn } = await import('../lab/load.ts');
  const labs = await labsIn(labsDirectory());
  if (json) process.stdout.write(`${JSON.stringify(labs)}\n`);
  else if (labs.length === 0) process.stdout.write(`no labs are in ${visible(labsDirectory())}\n`);
  else process.stdout.write(rows(labs.map(({ name, summary }) => [name, summary])));
  return exitCodes.good;
}

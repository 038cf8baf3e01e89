import { relative } from 'node:path';
import { duration } from '../report/duration.ts';
import type { Arguments } from './arguments.ts';
import { exitCodes } from './exit-code.ts';
import { rows } from './table.ts';

export async function showStatus({ json }: Arguments): Promise<number> {
  const { status } = await import('../lifecycle/status.ts');
  const labs = await status();
  if (json) process.stdout.write(`${JSON.stringify(labs)}\n`);
  else if (labs.length === 0) process.stdout.write('no lab is running\n');
  else {
    const now = Date.now();
    const table = labs.map(({ name, state, since, namespaces, holderPid, file }) => [
      name,
      `${state} for ${duration(Math.max(0, now - Date.parse(since)))}`,
      `${namespaces.length} namespaces`,
      holderPid === undefined ? '' : `process ${holderPid}`,
      nearPath(file),
    ]);
    process.stdout.write(rows(table));
  }
  return exitCodes.good;
}

function nearPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}

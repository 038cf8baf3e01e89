import { look, paint } from '../report/look.ts';
import type { Arguments } from './arguments.ts';
import { exitCodes } from './exit-code.ts';
import { labFile, readLab } from './lab-word.ts';
import { differenceCount, rowLines } from './row-text.ts';
import { typed } from './wording.ts';

/** What is not as wanted in a running lab. Exit codes as of diff(1): 0 nothing, 1 something. */
export async function diffLab({ lab: word = '', json }: Arguments): Promise<number> {
  const lab = await readLab(await labFile(word));
  const { diff } = await import('../lifecycle/diff.ts');
  const found = await diff(lab);
  const exitCode = found.length === 0 ? exitCodes.good : exitCodes.failed;
  if (json) {
    process.stdout.write(`${JSON.stringify({ lab: lab.name, differences: found })}\n`);
    return exitCode;
  }
  const view = look(process.env, process.stdout);
  if (found.length === 0) process.stdout.write(`${lab.name}: every row is as wanted\n`);
  const painted = paint(view.colour);
  for (const namespace of new Set(found.map((row) => row.namespace))) {
    const rows = found.filter((row) => row.namespace === namespace);
    process.stdout.write(`${painted('bold', namespace)}\n${rowLines(rows, view)}`);
  }
  if (found.length > 0)
    process.stdout.write(
      `${lab.name}: ${differenceCount(found)}; ${typed(`repair ${word}`)} puts it right\n`,
    );
  return exitCode;
}

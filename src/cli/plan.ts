import { look, paint } from '../report/look.ts';
import { shellCommand } from '../run/shell-quote.ts';
import { wordsInside } from '../run/words-inside.ts';
import type { Arguments } from './arguments.ts';
import { exitCodes } from './exit-code.ts';
import { labFile, readLab } from './lab-word.ts';
import { PLAN_SIGNS, rowLines } from './row-text.ts';
import { typed } from './wording.ts';

/** What `up` would change, row by row; with --verbose the commands too. Changes nothing. */
export async function planLab({ lab: word = '', json, verbose }: Arguments): Promise<number> {
  const lab = await readLab(await labFile(word));
  const { planned } = await import('../lifecycle/plan.ts');
  const { isRunning, differences, commands } = await planned(lab);
  if (json) {
    process.stdout.write(`${JSON.stringify({ lab: lab.name, isRunning, differences, commands })}\n`);
    return exitCodes.good;
  }
  const view = look(process.env, process.stdout);
  const painted = paint(view.colour);
  const signs = { missing: 'create', foreign: 'remove', changed: 'change' } as const;
  const blocks = [...new Set(differences.map((row) => row.namespace))].map((namespace) => {
    const rows = differences.filter((row) => row.namespace === namespace);
    return `${painted('bold', namespace)}\n${rowLines(rows, view, ({ row }) => row, PLAN_SIGNS)}`;
  });
  process.stdout.write(blocks.join(''));
  if (verbose) {
    for (const { argv, namespace, input } of commands) {
      const inside = namespace === undefined ? argv : wordsInside(namespace, argv);
      process.stdout.write(`${shellCommand(inside, input, { ascii: !view.unicode })}\n`);
    }
  }
  const counts = (['missing', 'changed', 'foreign'] as const)
    .map((what) => [differences.filter((row) => row.what === what).length, signs[what]] as const)
    .filter(([count]) => count > 0)
    .map(([count, verb]) => `${verb} ${count}`);
  process.stdout.write(
    counts.length === 0
      ? `${lab.name} is running, and every row is as wanted: up would change nothing\n`
      : `${typed(`up ${word}`)} would ${counts.join(', ')} rows in ${commands.length} commands${isRunning ? '' : `; ${lab.name} is not running`}\n`,
  );
  return exitCodes.good;
}

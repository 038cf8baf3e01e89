import { Failure } from '../run/failure.ts';
import type { Arguments } from './arguments.ts';
import { exitCodes } from './exit-code.ts';
import { labFile, labName, readLab } from './lab-word.ts';
import { look } from '../report/look.ts';
import { rowLines } from './row-text.ts';
import { toolCommands, toolTables } from './show-as.ts';
import { showTables, type ShowTable } from './show-table.ts';
import { nearestFew } from '../model/names.ts';
import { typed } from './wording.ts';

/** The live tables of one node or pod, each row with its owner and its reason. */
export async function showLab(args: Arguments): Promise<number> {
  const { lab: word = '', where = '', table = 'all', json } = args;
  const chosen = tableOf(table);
  if (args.as !== undefined) return await showAs(args, chosen);
  const lab = await readLab(await labFile(word));
  const { show } = await import('../lifecycle/show.ts');
  const { namespace, rows } = await show(lab, where);
  const wanted = chosen === 'all' ? Object.values(showTables).flat() : showTables[chosen];
  const shown = rows.filter(({ kind }) => wanted.includes(kind));
  if (json) {
    process.stdout.write(`${JSON.stringify({ lab: lab.name, namespace, rows: shown })}\n`);
    return exitCodes.good;
  }
  const { tableText } = await import('./show-text.ts');
  process.stdout.write(tableText(namespace, shown, chosen, look(process.env, process.stdout), rowLines));
  return exitCodes.good;
}

function tableOf(word: string): ShowTable | 'all' {
  const names = [...Object.keys(showTables), 'all'];
  if (names.includes(word)) return word as ShowTable | 'all';
  const near = nearestFew(word, names, 1)[0];
  throw new Failure(
    'usage',
    `there is no table ${JSON.stringify(word)}; ${near === undefined ? `there are ${names.join(' ')}` : `did you mean ${near}?`}`,
    [typed('show <lab> <node|pod> routes')],
  );
}

/** What the tools of the documents print themselves, in that node or pod. */
async function showAs({ lab = '', where = '', as = '', json }: Arguments, table: ShowTable | 'all') {
  if (json) throw new Failure('usage', '--as prints what a program prints: --json has no use there');
  const commands = toolCommands(as, table);
  if (commands.length === 0) {
    throw new Failure('usage', `${as} shows no ${table}; it shows ${toolTables(as).join(', ')}`, [
      typed(`show ${lab} ${where} ${toolTables(as)[0]} --as ${as}`),
    ]);
  }
  const { enter } = await import('../lifecycle/enter.ts');
  const name = await labName(lab);
  let worst: number = exitCodes.good;
  for (const [index, argv] of commands.entries()) {
    if (commands.length > 1) process.stdout.write(`${index > 0 ? '\n' : ''}$ ${argv.join(' ')}\n`);
    const code = await enter(name, where, argv);
    if (code !== 0) worst = exitCodes.notBuilt;
  }
  return worst;
}

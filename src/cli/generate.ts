import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { visible } from '../report/visible.ts';
import { Failure } from '../run/failure.ts';
import type { Arguments } from './arguments.ts';
import { exitCodes } from './exit-code.ts';
import { typed } from './wording.ts';

/** Writes a lab of a given size: a directory with its lab file and manifest. Nothing that is there is overwritten. */
export async function generateLab({
  nodes,
  pods,
  era = 'current',
  output,
  json,
}: Arguments): Promise<number> {
  if (nodes === undefined || pods === undefined) {
    const missing = nodes === undefined ? '--nodes' : '--pods';
    throw new Failure('usage', `generate needs ${missing}`, [typed('generate --nodes 10 --pods 100')]);
  }
  const { generatedLab } = await import('../lab/generated-lab.ts');
  const { name, files } = generatedLab({ nodes, pods, era });
  const directory = resolve(output ?? name);
  await makeEmpty(directory);
  for (const [file, text] of Object.entries(files)) {
    await writeFile(join(directory, file), text, { flag: 'wx' }).catch(refused(join(directory, file)));
  }
  if (json)
    process.stdout.write(
      `${JSON.stringify({ name, directory, files: Object.keys(files), nodes, pods, era })}\n`,
    );
  else process.stdout.write(`${name} is in ${shown(directory)}\n  ${typed(`${typedPath(directory)}`)}\n`);
  return exitCodes.good;
}

async function makeEmpty(directory: string): Promise<void> {
  // Not recursive: for a directory that the kernel refuses to make, as in /proc, Node tries for ever.
  await mkdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') refused(directory)(error);
  });
  const there = await readdir(directory).catch(refused(directory));
  if (there.length === 0) return;
  throw new Failure('usage', `${shown(directory)} is there and not empty; nothing was written`, [
    'name another directory with --output, or remove this one first',
  ]);
}

function refused(path: string): (error: unknown) => never {
  return (error) => {
    throw new Failure(
      'usage',
      `cannot write ${shown(path)}: ${error instanceof Error ? error.message : String(error)}`,
    );
  };
}

const near = (path: string): string => {
  const way = relative(process.cwd(), path);
  return way === '' ? '.' : way.startsWith('..') ? path : way;
};

const shown = (path: string): string => visible(near(path));

/** With a slash in it, so that it is taken for a path and not for a name under labs/. */
const typedPath = (path: string): string => {
  const way = shown(path);
  return way.includes('/') ? way : `./${way}`;
};

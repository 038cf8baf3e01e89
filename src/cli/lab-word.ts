import { basename, dirname, resolve } from 'node:path';
import type { Lab } from '../lab/lab.ts';
import { nearestFew } from '../model/names.ts';
import { Failure } from '../run/failure.ts';
import { visible } from '../report/visible.ts';
import { labsDirectory } from './project.ts';

/** The lab file that a word means: a name under labs/, or a path. Throws Failure (usage) with the nearest names. */
export async function labFile(word: string): Promise<string> {
  const { findLab } = await import('../lab/load.ts');
  return findLab(word, labsDirectory());
}

/** Throws LabFileError (a Failure, usage) with every problem's place. */
export async function readLab(file: string): Promise<Lab> {
  const { loadLab } = await import('../lab/load.ts');
  return loadLab(file);
}

/** What a lab file is called before it has been read: by its directory. */
export function fileName(file: string): string {
  return basename(file) === 'lab.yaml' ? basename(dirname(file)) : basename(file);
}

/**
 * The name of a lab that a word means for commands that work on what is running; its file may be wrong by now, or gone. Whether it really runs is for
 * them to find out. Throws Failure (usage) when there is no such lab anywhere.
 */
export async function labName(word: string): Promise<string> {
  const { status } = await import('../lifecycle/status.ts');
  const running = await status();
  const path = resolve(word);
  const named = running.find(({ name }) => name === word);
  const placed = named ?? running.find(({ file }) => file === path || dirname(file) === path);
  if (placed) return placed.name;
  const file = await labFile(word).catch((error: unknown) => {
    const near = nearestFew(
      word,
      running.map(({ name }) => name),
    );
    if (near.length === 0) throw error;
    throw new Failure(
      'usage',
      `no lab is called ${visible(JSON.stringify(word))}; did you mean ${near.join(' or ')}, which is running?`,
    );
  });
  const started = running.find((lab) => lab.file === file);
  if (started) return started.name;
  return (await readLab(file).catch(() => undefined))?.name ?? fileName(file);
}

import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nearest, nearestFew } from '../model/names.ts';
import { Failure } from '../run/failure.ts';
import { ProblemList } from './problem.ts';
import { fileErrorWords, readText } from './read-text.ts';
import { found } from './validate.ts';
import { readYaml } from './yaml.ts';

const labFileName = 'lab.yaml';

/** A lab among others: the name of its directory and the summary in its file, which may be wrong otherwise. */
export interface LabListing {
  name: string;
  summary: string;
  /** Absolute path of its lab file. */
  file: string;
}

/** The labs of a directory, which are its directories with a lab.yaml, sorted by name. None when there is no such directory. */
export async function labsIn(labsDirectory: string): Promise<LabListing[]> {
  if (kindOf(labsDirectory) !== 'directory') return [];
  return readdirSync(labsDirectory)
    .toSorted()
    .map((name) => ({ name, file: resolve(labsDirectory, name, labFileName) }))
    .filter(({ file }) => kindOf(file) === 'file')
    .map(({ name, file }) => ({ name, summary: summaryOf(file), file }));
}

/**
 * The lab file that a word on the command line means: a name under `labsDirectory`, or else a path to somebody's own lab directory or file.
 * A word with a / or ending in .yaml or .yml is a path in any case; so `./flannel-vxlan` is one's own, `flannel-vxlan` the project's.
 * What does not exist is a Failure (usage) with the nearest names; whether it is a good lab is loadLab's business.
 */
export async function findLab(word: string, labsDirectory: string): Promise<string> {
  const isPath = /[/\\]|^\.\.?$|\.ya?ml$/.test(word);
  const candidates =
    word === '' ? [] : isPath ? [resolve(word)] : [resolve(labsDirectory, word), resolve(word)];
  for (const candidate of candidates) {
    if (kindOf(join(candidate, labFileName)) === 'file') return join(candidate, labFileName);
    // A path that is there but no lab is taken as it is: loadLab says what is wrong with it.
    if (isPath && kindOf(candidate) !== undefined) return candidate;
  }
  const names = (await labsIn(labsDirectory)).map(({ name }) => name);
  const last =
    word
      .replace(/\/(lab\.ya?ml)?$/, '')
      .split('/')
      .at(-1) ?? '';
  const near = nearestFew(last, names);
  const meant = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '';
  throw new Failure('usage', `there is no lab ${isPath ? 'file or directory ' : ''}${found(word)}${meant}`, [
    names.length > 0 ? `The labs are: ${names.join(', ')}` : `There are no labs in ${labsDirectory}.`,
    `A lab of your own is given by its path, e.g. ./my-lab or ./my-lab/${labFileName}.`,
  ]);
}

/** The lab file that a path means: itself, or the lab.yaml of a directory. Throws a LabFileError when there is none. */
export function labFileOf(path: string): string {
  const problems = new ProblemList();
  const absolute = resolve(path);
  try {
    if (!statSync(absolute).isDirectory()) return absolute;
    const names = readdirSync(absolute);
    if (names.includes(labFileName)) return join(absolute, labFileName);
    const near = nearest(labFileName, names) ?? names.find((name) => /\.ya?ml$/.test(name));
    const meant = near === undefined ? '' : `; is it ${found(near)}?`;
    problems.add(absolute, undefined, `found a directory without ${labFileName}; expected one${meant}`);
  } catch (error) {
    problems.add(absolute, undefined, fileErrorWords(error));
  }
  problems.throwIfAny();
  return absolute;
}

function summaryOf(file: string): string {
  const read = readText(file);
  if ('problem' in read) return '';
  const value = readYaml({ file, text: read.text, problems: new ProblemList() })[0]?.value;
  const summary = typeof value === 'object' && value !== null && 'summary' in value ? value.summary : '';
  return typeof summary === 'string' ? summary : '';
}

function kindOf(path: string): 'file' | 'directory' | 'other' | undefined {
  try {
    const entry = statSync(path);
    return entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : 'other';
  } catch {
    return undefined;
  }
}

import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';
import { nearest } from '../model/names.ts';
import { podSources, type PodSource } from './manifest.ts';
import type { ProblemList } from './problem.ts';
import { readText, type TextFile } from './read-text.ts';
import { found } from './validate.ts';
import { readYaml } from './yaml.ts';
import type { YamlDocument } from './yaml-document.ts';

/** The pods of all manifests of a lab file, in order; `areComplete` unless a file or a part of one could not be read. */
export function podFiles(
  names: (string | undefined)[],
  document: YamlDocument,
  problems: ProblemList,
): { sources: PodSource[]; areComplete: boolean } {
  const directory = dirname(document.file);
  const seen = new Set<string>();
  const sources: PodSource[] = [];
  let areComplete = true;
  for (const [index, name] of names.entries()) {
    const complain = (words: string): void =>
      document.report(['manifests', index], `found ${found(name)}${words}`);
    if (name === undefined) {
      areComplete = false;
      continue;
    }
    const manifest = readManifest(directory, name);
    const { file } = manifest;
    if (seen.has(file)) {
      complain(' a second time; expected each manifest once');
      continue;
    }
    seen.add(file);
    if ('problem' in manifest) {
      areComplete = false;
      if (manifest.position === undefined) complain(`: ${manifest.problem}${neighbour(file)}`);
      else problems.add(file, manifest.position, manifest.problem);
      continue;
    }
    const before = problems.count;
    sources.push(...readYaml({ file, text: manifest.text, problems }).flatMap(podSources));
    // What is wrong may have hidden any number of pods.
    if (problems.count > before) areComplete = false;
  }
  return { sources, areComplete };
}

type Manifest = TextFile & { file: string };

function readManifest(directory: string, name: string): Manifest {
  const file = resolve(directory, name);
  const outside = { file, problem: 'it is outside the directory of the lab; expected a file below it' };
  if (isAbsolute(name) || !isBelow(directory, file)) return outside;
  // A symbolic link may lead anywhere.
  const real = realPath(file);
  if (real !== undefined && !isBelow(realPath(directory) ?? directory, real)) return outside;
  return { file, ...readText(file) };
}

/** Undefined where there is no such file; reading it says so. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/** `; did you mean pods.yaml?` for a file that is not there. */
function neighbour(file: string): string {
  try {
    const near = statSync(file, { throwIfNoEntry: false })
      ? undefined
      : nearest(basename(file), readdirSync(dirname(file)));
    return near === undefined ? '' : `; did you mean ${found(near).slice(1, -1)}?`;
  } catch {
    return '';
  }
}

function isBelow(directory: string, file: string): boolean {
  const path = relative(directory, file);
  return path !== '..' && !path.startsWith('../') && !isAbsolute(path);
}

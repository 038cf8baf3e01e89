import { resolve } from 'node:path';
import type { NamespaceState } from '../kernel/state.ts';
import { recordedPlaces } from '../sandbox/record.ts';

/**
 * The nodes, pods, routers and hosts of a lab, by name, for somebody who has not finished typing: of the lab that runs, or else those in its file.
 * `word` is its name or the path of its file or directory. Throws where there is neither.
 */
export async function placesOf(word: string, file: () => Promise<string>): Promise<string[]> {
  const recorded = await recordedPlaces(word, resolve(word));
  if (recorded) return recorded;
  return (await namespacesOf(await file())).map(({ name }) => name);
}

/** The devices that a place of this lab has. */
export async function devicesOf(file: string, place: string): Promise<string[]> {
  const { resolveName } = await import('../lab/resolve-name.ts');
  const namespaces = await namespacesOf(file);
  const names = namespaces.map(({ name }) => name);
  const found = namespaces.find(({ name }) => name === resolveName(place, names));
  return found?.links.map(({ name }) => name) ?? [];
}

/** Loaded late: where a lab runs, its file is not read. */
async function namespacesOf(file: string): Promise<NamespaceState[]> {
  const { loadLab } = await import('../lab/load.ts');
  const { kernelState } = await import('../component/kernel-state.ts');
  return kernelState((await loadLab(file)).cluster).namespaces;
}

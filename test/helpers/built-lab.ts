import { join } from 'node:path';
import { look } from '../../src/check/sight.ts';
import type { Surroundings } from '../../src/check/surroundings.ts';
import { startTap } from '../../src/check/tap.ts';
import { tableReader } from '../../src/check/table-reader.ts';
import { build } from '../../src/lifecycle/build.ts';
import { loadLab } from '../../src/lab/load.ts';

/** A throw-away lab of labs/ in this process, and what its checks work with; it captures on the places given. */
export interface BuiltLab extends AsyncDisposable {
  around: Surroundings;
}

/** Not for labs with an agent, which is a program of its own. */
export async function buildLab(name: string, places: readonly string[] = []): Promise<BuiltLab> {
  const lab = await loadLab(join(import.meta.dirname, '../../labs', name));
  const { signal } = new AbortController();
  const built = await build(lab, { emit: () => undefined, signal, slow: false }, { recorded: false });
  const { session, want } = built;
  const tap = await startTap(session, places);
  return {
    around: {
      lab,
      want,
      session,
      tap,
      signal,
      readTables: tableReader(session),
      look: () => look(session, lab, want),
    },
    async [Symbol.asyncDispose]() {
      await tap[Symbol.asyncDispose]();
      await built[Symbol.asyncDispose]();
    },
  };
}

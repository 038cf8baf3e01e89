import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { changes, type Change } from '../kernel/change.ts';
import { allTables } from '../kernel/difference.ts';
import { MOST_SEARCHED, observeAll } from '../kernel/observe.ts';
import type { Row } from '../kernel/row.ts';
import { emptyObserved } from '../kernel/state.ts';
import type { Lab } from '../lab/lab.ts';
import { Failure } from '../run/failure.ts';
import { startProcess, type LiveProcess } from '../run/process.ts';
import { PROGRAM_INSIDE } from '../sandbox/layout.ts';
import { isAlive } from '../sandbox/process.ts';
import { agentRows, runningLab, type RunningLab } from './running.ts';

/** What `events` tells, one after the other. */
export type LabEvent =
  | { type: 'watching'; lab: string; namespaces: string[] }
  | ({ type: 'change' } & Change)
  | { type: 'down'; lab: string };

/** Changes come in bursts: a look at the tables takes in all that came meanwhile. */
const SETTLE_MS = 10;
/** Agents and namespaces send no messages. */
const ROUND_MS = 500;

/**
 * Tell what changes in a running lab, until `signal` is aborted or the lab is gone. A row that comes and goes between two looks, some ten
 * milliseconds apart, is not seen. Throws Failure 'build' when the lab is not running.
 */
export async function watchLab(
  lab: Lab,
  signal: AbortSignal,
  tell: (event: LabEvent) => void,
): Promise<void> {
  await using running = await runningLab(lab, () => undefined);
  const { namespaces } = running.want;
  // As with a search: of a larger lab the pods are left out.
  const watched = namespaces
    .filter(({ role }) => namespaces.length <= MOST_SEARCHED || role !== 'pod')
    .map(({ name }) => name);
  const argv = [...running.session.inside(), 'perl', `${PROGRAM_INSIDE}/watch.pl`, ...watched];
  const watcher = startProcess(argv, { env: { WIRELAB_ARCH: process.arch } });
  const isThere = () => running.live.holder !== undefined && isAlive(running.live.holder.init);
  try {
    if ((await watcher.nextLine()) !== 'watching')
      throw new Failure('build', `cannot watch ${lab.name}: ${(await watcher.ended).stderr.trim()}`);
    const changed = changedNamespaces(watcher);
    const seen = await look(running, watched);
    seen.set(UNHEARD, unheardRows(running));
    tell({ type: 'watching', lab: lab.name, namespaces: watched });
    while (!signal.aborted && isThere()) {
      await Promise.race([changed.some(), pause(ROUND_MS, undefined, { signal })]);
      await pause(SETTLE_MS, undefined, { signal });
      const names = changed.take();
      const now = names.length > 0 ? await look(running, names) : new Map<string, Row[]>();
      now.set(UNHEARD, unheardRows(running));
      for (const [name, rows] of now) {
        for (const change of changes(seen.get(name) ?? [], rows)) tell({ type: 'change', ...change });
        seen.set(name, rows);
      }
    }
  } catch (error) {
    // Whatever failed, failed because the lab went away or we were told to stop.
    if (!signal.aborted && isThere()) throw error;
  } finally {
    watcher.endInput();
  }
  if (!signal.aborted) tell({ type: 'down', lab: lab.name });
}

/** Names of namespaces that the kernel has sent messages about, since they were last taken. */
function changedNamespaces(watcher: LiveProcess): { some(): Promise<void>; take(): string[] } {
  const names = new Set<string>();
  let wake: () => void = () => undefined;
  void (async () => {
    for (let name = await watcher.nextLine(); name !== undefined; name = await watcher.nextLine()) {
      names.add(name);
      wake();
    }
  })();
  return {
    some: () =>
      new Promise((resolve) => {
        wake = resolve;
        if (names.size > 0) resolve();
      }),
    take() {
      const taken = [...names];
      names.clear();
      return taken;
    },
  };
}

async function look({ session, want }: RunningLab, names: readonly string[]): Promise<Map<string, Row[]>> {
  const only = { namespaces: want.namespaces.filter(({ name }) => names.includes(name)) };
  const rows = allTables(only, await observeAll(session, only));
  return new Map(names.map((name) => [name, rows.filter(({ namespace }) => namespace === name)]));
}

/** What the kernel sends no messages about: agents, and namespaces that nobody wants. */
const UNHEARD = '';

function unheardRows({ session, want, lab }: RunningLab): Row[] {
  const present = readdirSync(session.file('/run/netns')).map((name) => [name, emptyObserved(name)] as const);
  const wanted = new Set(want.namespaces.map(({ name }) => name));
  const foreign = allTables({ namespaces: [] }, new Map(present.filter(([name]) => !wanted.has(name))));
  return [...agentRows(session, lab), ...foreign];
}

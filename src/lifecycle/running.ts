import { nodesWithoutAgent } from '../agent/alive.ts';
import { agentConfig } from '../agent/config.ts';
import { kernelState } from '../component/kernel-state.ts';
import { allTables } from '../kernel/difference.ts';
import { observeAll } from '../kernel/observe.ts';
import type { Row } from '../kernel/row.ts';
import type { KernelState, ObservedNamespace } from '../kernel/state.ts';
import type { Lab } from '../lab/lab.ts';
import type { Emit } from '../run/event.ts';
import { Failure } from '../run/failure.ts';
import { liveRecord, type LiveLab } from '../sandbox/record.ts';
import { openSession, type Session } from '../sandbox/session.ts';

/** A running lab, and the way into it. */
export interface RunningLab extends AsyncDisposable {
  lab: Lab;
  live: LiveLab;
  session: Session;
  want: KernelState;
}

/** Throws Failure: `build` when the lab is not running, `usage` when another lab of this name is. */
export async function runningLab(lab: Lab, emit: Emit): Promise<RunningLab> {
  const live = await liveRecord(lab.name);
  if (!live) throw new Failure('build', `${lab.name} is not running`, [`bin/lab up ${lab.name}`]);
  ensureSame(lab, live);
  const session = await openSession(holderOf(live), { lab: lab.name, emit });
  return {
    lab,
    live,
    session,
    want: kernelState(lab.cluster),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** Names are short: two labs may have the same. */
export function ensureSame(lab: Lab, live: LiveLab): void {
  if (live.file === lab.file) return;
  throw new Failure('usage', `another lab called ${lab.name} is running, from ${live.file}`, [
    `bin/lab down ${lab.name} removes it`,
  ]);
}

/** The process that holds a lab, which is complete. Throws Failure 'build' when it is not. */
export function holderOf(live: LiveLab): number {
  if (live.state === 'lost') {
    throw new Failure('build', `of ${live.name} there are only remains`, [
      `bin/lab down ${live.name} removes them`,
    ]);
  }
  if (!live.holder || live.state === 'starting') {
    throw new Failure('build', `${live.name} is still being built`, ['wait for it, then try again']);
  }
  return live.holder.init.pid;
}

/** Everything in the kernel and in the sandbox that the lab wants, and what is there besides. */
export interface Sight {
  observed: Map<string, ObservedNamespace>;
  rows: Row[];
}

export async function lookAt({
  lab,
  session,
  want,
}: Omit<RunningLab, keyof AsyncDisposable>): Promise<Sight> {
  const observed = await observeAll(session, want);
  return { observed, rows: [...allTables(want, observed), ...agentRows(session, lab)] };
}

/** The agents of the lab, one for each node that has one. */
export function agentRows(session: Pick<Session, 'file'>, lab: Lab): Row[] {
  const dead = new Set(nodesWithoutAgent(session, lab));
  return (agentConfig(lab)?.nodes ?? []).map(({ name }) => ({
    namespace: name,
    kind: 'agent',
    key: 'agent',
    what: dead.has(name) ? 'missing' : 'right',
    row: 'process of the flannel agent',
    details: [],
    reason: { owner: 'flannel', why: "it answers the kernel's misses" },
  }));
}

import type { Lab } from '../lab/lab.ts';
import { kernelState } from '../component/kernel-state.ts';
import { apply } from '../kernel/apply.ts';
import { observeAll } from '../kernel/observe.ts';
import { plan } from '../kernel/plan.ts';
import { Failure } from '../run/failure.ts';
import { endHolder } from '../sandbox/holder.ts';
import type { Job } from '../run/job.ts';
import { lockLab } from '../sandbox/lock.ts';
import { liveRecord, removeRecord, type LiveLab } from '../sandbox/record.ts';
import { holderSession, openSession } from '../sandbox/session.ts';
import { ensureAgents } from './agents.ts';
import { asFailure, build, stepTimer } from './build.ts';
import type { Context } from './context.ts';

/**
 * Bring a lab up and leave it running. Safe to repeat: a running lab is compared with what is wanted, and what differs is mended.
 * Throws Failure: `usage` when another lab of this name runs or another command is at work on it, `build`, `lacking`.
 */
export async function up(lab: Lab, context: Context): Promise<{ created: boolean }> {
  const lock = await lockLab(lab.name, 'up');
  if ('busy' in lock) {
    throw new Failure('build', `${lab.name} is being worked on by another command (${lock.busy})`, [
      'wait for it, then try again',
    ]);
  }
  await using _lock = lock;
  const live = await liveRecord(lab.name);
  if (live?.state === 'lost') {
    if (live.holder) await endHolder(live.holder);
    await removeRecord(live);
  } else if (live) {
    await mend(lab, live, context);
    return { created: false };
  }
  await using built = await build(lab, context, { recorded: true });
  context.signal.throwIfAborted();
  await built.keep();
  return { created: true };
}

async function mend(lab: Lab, live: LiveLab, context: Context): Promise<void> {
  if (live.file !== lab.file) {
    throw new Failure('usage', `another lab called ${lab.name} is running, from ${live.file}`, [
      `bin/lab down ${lab.name} removes it`,
    ]);
  }
  const step = stepTimer(lab, context);
  await using session = await openSession(holderOf(live), { lab: lab.name, emit: context.emit });
  const want = kernelState(lab.cluster);
  const observed = await observeAll(session, want);
  const changes = plan(want, observed);
  step('compared', `${want.namespaces.length} namespaces, ${changes.differences.length} differences`);
  const agents = await mendAgents(lab, live, context);
  if (changes.differences.length === 0 && agents === 0) return;
  for (const { namespace, what, row } of changes.differences) {
    context.emit({
      type: 'note',
      lab: lab.name,
      level: 'info',
      text: `${namespace}: ${what} ${row}: mended`,
    });
  }
  try {
    await apply(session, changes, context.signal);
    await session.all([want.namespaces.map(({ name }) => forget(name))], context.signal);
  } catch (error) {
    throw asFailure(error, lab);
  }
  step('mended', `${changes.differences.length} rows`);
}

/** What the kernel has learned while something was wrong: smaller MTUs on the way, neighbours that did not answer. */
const forget = (namespace: string): Job => ({
  argv: ['ip', '-n', namespace, '-batch', '-'],
  input: 'route flush cache\nneighbour flush all\n',
});

/** How many there were to be started again. */
async function mendAgents(lab: Lab, live: LiveLab, context: Context): Promise<number> {
  await using session = holderSession(holderOf(live), { lab: lab.name, emit: context.emit });
  const nodes = await ensureAgents(session, lab, context.signal);
  for (const node of nodes) {
    const text = `${node}: the flannel agent was not running: started again`;
    context.emit({ type: 'note', lab: lab.name, level: 'info', text });
  }
  return nodes.length;
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

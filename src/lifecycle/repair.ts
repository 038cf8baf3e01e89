import { applyTolerantly } from '../kernel/apply.ts';
import { describeDifference } from '../kernel/describe-difference.ts';
import { isDifference, type Difference } from '../kernel/difference.ts';
import { plan } from '../kernel/plan.ts';
import type { Lab } from '../lab/lab.ts';
import type { CommandError } from '../run/command.ts';
import type { Emit } from '../run/event.ts';
import { Failure } from '../run/failure.ts';
import type { Job } from '../run/job.ts';
import { lockLab } from '../sandbox/lock.ts';
import { holderSession } from '../sandbox/session.ts';
import { ensureAgents } from './agents.ts';
import { asFailure, stepTimer } from './build.ts';
import type { Context } from './context.ts';
import { lookAt, runningLab, type RunningLab } from './running.ts';

/** One mend may bring or take what another is about: a new device comes without its addresses' routes, and so on. */
const MOST_PASSES = 4;

/** Bring a running lab back to what is wanted. Returns what was mended. Throws Failure: `usage`, or `build` when something cannot be mended. */
export async function repair(lab: Lab, context: Context): Promise<Difference[]> {
  const lock = await lockLab(lab.name, 'repair');
  if ('busy' in lock) {
    throw new Failure('build', `${lab.name} is being worked on by another command (${lock.busy})`, [
      'wait for it, then try again',
    ]);
  }
  await using _lock = lock;
  await using running = await runningLab(lab, context.emit);
  return await mend(running, context);
}

/** The same, for one who has the lock. */
export async function mend(running: RunningLab, context: Context): Promise<Difference[]> {
  const { lab, session, want } = running;
  const step = stepTimer(lab, context);
  const mended: Difference[] = [];
  let failed: CommandError | undefined;
  for (let pass = 1; ; pass++) {
    const { observed, rows } = await lookAt(running);
    const found = rows.filter(isDifference);
    if (pass === 1) step('compared', `${want.namespaces.length} namespaces, ${found.length} differences`);
    if (found.length === 0) break;
    if (pass > MOST_PASSES) throw notMended(lab, found, failed);
    if (pass === 1) mended.push(...found);
    const hasLostNamespaces = want.namespaces.some(({ name }) => !observed.has(name));
    failed = await applyTolerantly(session, plan(want, observed), context.signal);
    context.signal.throwIfAborted();
    await session.all([want.namespaces.map(({ name }) => forget(name))], context.signal);
    await mendAgents(running, context, hasLostNamespaces);
  }
  for (const difference of mended) tellMended(lab, difference, context.emit);
  if (mended.length > 0) step('mended', `${mended.length} rows`);
  return mended;
}

function tellMended(lab: Lab, difference: Difference, emit: Emit): void {
  emit({ type: 'note', lab: lab.name, level: 'info', text: `mended ${describeDifference(difference)}` });
}

/** What the kernel has learned while something was wrong: smaller MTUs on the way, neighbours that did not answer, MACs at other ports. */
const forget = (namespace: string): Job => ({
  argv: ['ip', '-batch', '-'],
  namespace,
  input: 'route flush cache\nneighbour flush all\n',
});

/** An agent that died is started again; all of them where a namespace was made anew, since they still sit in the old one. */
async function mendAgents({ lab, live, session }: RunningLab, context: Context, all: boolean): Promise<void> {
  await using ofHolder = holderSession(session.holderPid, { lab: live.name, emit: context.emit });
  await ensureAgents(ofHolder, lab, { signal: context.signal, all });
}

function notMended(lab: Lab, left: readonly Difference[], failed: CommandError | undefined): unknown {
  if (failed) {
    const failure = asFailure(failed, lab);
    if (failure instanceof Failure && failure.kind === 'lacking') return failure;
  }
  const rows = left.slice(0, 12).map((difference) => `  ${describeDifference(difference)}`);
  const words = failed ? `\n${failed.message}` : '';
  return new Failure(
    'build',
    `${lab.name}: ${left.length} rows are still not as wanted\n${rows.join('\n')}${words}`,
    [`bin/lab down ${lab.name}`, `bin/lab up ${lab.name} builds it anew`],
  );
}

import type { Lab } from '../lab/lab.ts';
import { runChecks, selectedChecks } from '../check/runner.ts';
import { kernelState } from '../component/kernel-state.ts';
import type { KernelState } from '../kernel/state.ts';
import type { Verdict } from '../run/event.ts';
import { Failure } from '../run/failure.ts';
import { liveRecord } from '../sandbox/record.ts';
import { openSession, type Session } from '../sandbox/session.ts';
import type { Context } from './context.ts';
import { holderOf } from './up.ts';

/** Run a running lab's checks. Throws Failure 'build' when it is not running. */
export async function verify(lab: Lab, context: Context): Promise<Verdict> {
  const live = await liveRecord(lab.name);
  if (!live) throw new Failure('build', `${lab.name} is not running`, [`bin/lab up ${lab.name}`]);
  if (live.file !== lab.file) {
    throw new Failure('usage', `the ${lab.name} that is running was built from ${live.file}`, [
      `bin/lab verify ${live.file}`,
    ]);
  }
  await using session = await openSession(holderOf(live), { lab: lab.name, emit: context.emit });
  return await verifyIn(session, lab, kernelState(lab.cluster), context);
}

/** Run the checks in a session that is there already. */
export async function verifyIn(
  session: Session,
  lab: Lab,
  want: KernelState,
  context: Context,
): Promise<Verdict> {
  context.emit({
    type: 'lab-start',
    lab: lab.name,
    summary: lab.summary,
    checks: selectedChecks(lab, context.slow).length,
  });
  return await runChecks(lab, want, session, context);
}

import type { Lab } from '../lab/lab.ts';
import { runChecks, selectedChecks } from '../check/runner.ts';
import type { KernelState } from '../kernel/state.ts';
import type { Verdict } from '../run/event.ts';
import type { Session } from '../sandbox/session.ts';
import type { Context } from './context.ts';
import { runningLab } from './running.ts';

/** Run a running lab's checks. Throws Failure 'build' when it is not running. */
export async function verify(lab: Lab, context: Context): Promise<Verdict> {
  await using running = await runningLab(lab, context.emit);
  return await verifyIn(running.session, lab, running.want, context);
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

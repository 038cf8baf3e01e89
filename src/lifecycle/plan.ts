import { kernelState } from '../component/kernel-state.ts';
import { applyStages } from '../kernel/apply.ts';
import { allDifferences, isDifference, type Difference } from '../kernel/difference.ts';
import { plan } from '../kernel/plan.ts';
import type { Lab } from '../lab/lab.ts';
import type { Job } from '../run/job.ts';
import { liveRecord } from '../sandbox/record.ts';
import { agentRows, lookAt, runningLab } from './running.ts';

/** What `up` would do now. */
export interface LabPlan {
  isRunning: boolean;
  differences: Difference[];
  /** The commands, in order. */
  commands: Job[];
}

/** Changes nothing; of a lab that is not running it needs no rights at all. */
export async function planned(lab: Lab): Promise<LabPlan> {
  if (!(await liveRecord(lab.name))) {
    const want = kernelState(lab.cluster);
    const differences = allDifferences(want, new Map());
    const agents = agentRows({ file: () => '/nowhere' }, lab).filter(isDifference);
    const commands = applyStages(plan(want, new Map())).flat();
    return { isRunning: false, differences: [...differences, ...agents], commands };
  }
  await using running = await runningLab(lab, () => undefined);
  const { observed, rows } = await lookAt(running);
  const commands = applyStages(plan(running.want, observed)).flat();
  return { isRunning: true, differences: rows.filter(isDifference), commands };
}

import { isDifference, type Difference } from '../kernel/difference.ts';
import type { Lab } from '../lab/lab.ts';
import { lookAt, runningLab } from './running.ts';

/** What is not as wanted in a running lab. Throws Failure 'build' when it is not running. */
export async function diff(lab: Lab): Promise<Difference[]> {
  await using running = await runningLab(lab, () => undefined);
  return (await lookAt(running)).rows.filter(isDifference);
}

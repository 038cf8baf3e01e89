import type { Lab } from '../lab/lab.ts';
import { Failure } from '../run/failure.ts';
import { endHolder } from '../sandbox/holder.ts';
import { lockLab } from '../sandbox/lock.ts';
import { liveRecord, removeRecord } from '../sandbox/record.ts';
import { build } from './build.ts';
import type { Context } from './context.ts';
import { mend } from './repair.ts';
import { runningLab } from './running.ts';

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
    await using running = await runningLab(lab, context.emit);
    await mend(running, context);
    return { created: false };
  }
  await using built = await build(lab, context, { recorded: true });
  context.signal.throwIfAborted();
  await built.keep();
  return { created: true };
}

import { Failure } from '../run/failure.ts';
import { endHolder } from '../sandbox/holder.ts';
import { lockLab } from '../sandbox/lock.ts';
import { liveRecord, removeRecord } from '../sandbox/record.ts';
import type { Context } from './context.ts';

/** Remove a running lab with everything in it. False: it was not running. */
export async function down(name: string, context: Context): Promise<boolean> {
  const lock = await lockLab(name, 'down');
  if ('busy' in lock) {
    throw new Failure('build', `${name} is being worked on by another command (${lock.busy})`, [
      'wait for it, then try again',
    ]);
  }
  await using _lock = lock;
  const live = await liveRecord(name);
  if (!live) return false;
  // We have the lock, so nobody is building it: what has no holder has nothing.
  const start = performance.now();
  // First the holder, then the record: killed in between, the record names a dead holder and is not believed.
  if (live.holder) await endHolder(live.holder);
  await removeRecord(live);
  context.emit({
    type: 'step',
    lab: name,
    step: 'removed',
    detail: `${live.namespaces.length} namespaces`,
    durationMs: performance.now() - start,
  });
  return true;
}

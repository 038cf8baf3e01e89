import type { LabEvent } from '../lifecycle/events.ts';
import type { Arguments } from './arguments.ts';
import { exitCodes } from './exit-code.ts';
import { interruption } from './interruption.ts';
import { labFile, readLab } from './lab-word.ts';

/** What changes in a running lab, one JSON object on a line, until Ctrl-C, the end of the reader or of the lab. */
export async function tellEvents({ lab: word = '' }: Arguments): Promise<number> {
  const lab = await readLab(await labFile(word));
  const { watchLab } = await import('../lifecycle/events.ts');
  const interrupted = interruption();
  const readerLeft = new AbortController();
  process.stdout.on('error', () => readerLeft.abort());
  try {
    await watchLab(lab, AbortSignal.any([interrupted.signal, readerLeft.signal]), (event) => {
      process.stdout.write(`${JSON.stringify(asTold(event))}\n`);
    });
  } finally {
    interrupted.end();
  }
  return exitCodes.good;
}

/** Flat, so that jq and grep need no path. */
function asTold(event: LabEvent): object {
  const time = new Date().toISOString();
  if (event.type !== 'change') return { time, ...event };
  const { change, row, was } = event;
  const { namespace, kind, what, reason } = row;
  return {
    time,
    type: change,
    namespace,
    kind,
    row: row.live ?? row.row,
    ...(was ? { was: was.live ?? was.row } : {}),
    ...(change === 'disappeared' ? {} : { what }),
    ...(reason ? { owner: reason.owner, why: reason.why } : {}),
  };
}

import type { LogLine } from '../lifecycle/log-line.ts';
import { look, paint } from '../report/look.ts';
import { visible } from '../report/visible.ts';
import type { Arguments } from './arguments.ts';
import { exitCodes } from './exit-code.ts';
import { interruption } from './interruption.ts';
import { labName } from './lab-word.ts';

/** What agents and pods have logged, the place in front; with --follow, what they log from now on too. */
export async function showLogs({ lab = '', where, json, follow }: Arguments): Promise<number> {
  const { openLogs } = await import('../lifecycle/logs.ts');
  const name = await labName(lab);
  const logs = await openLogs(name, where);
  const show = json ? (line: LogLine) => `${JSON.stringify({ lab: name, ...line })}\n` : humanLine();
  const write = (lines: readonly LogLine[]): void => void process.stdout.write(lines.map(show).join(''));
  if (!follow) {
    const lines = logs.read();
    if (lines.length === 0) process.stderr.write(`lab: ${visible(await logs.why())}\n`);
    write(lines);
    return exitCodes.good;
  }
  const interrupted = interruption();
  try {
    const gone = await logs.follow(write, AbortSignal.any([interrupted.signal, readerGone()]));
    if (gone) process.stderr.write(`lab: ${visible(name)} is gone\n`);
    return interrupted.exitCode() ?? exitCodes.good;
  } finally {
    interrupted.end();
  }
}

/** `logs --follow | head -1`: nobody reads what would come. */
function readerGone(): AbortSignal {
  const controller = new AbortController();
  process.stdout.once('error', () => controller.abort());
  return controller.signal;
}

/** `node1  13:44:46.384  L3 miss for ...`: the day is in --json. */
function humanLine(): (line: LogLine) => string {
  const { colour, unicode } = look(process.env, process.stdout);
  const painted = paint(colour);
  const shown = (text: string): string => visible(text, { ascii: !unicode });
  let width = 0;
  return ({ place, time, text }) => {
    width = Math.max(width, shown(place).length);
    const where = painted('bold', shown(place).padEnd(width));
    return `${where}  ${painted('dim', timeOfDay(time))}  ${shown(text.replaceAll('\t', '    '))}\n`;
  };
}

/** Of this machine's time zone. */
function timeOfDay(time: string): string {
  const date = new Date(time);
  const two = (number: number): string => String(number).padStart(2, '0');
  const seconds = `${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
  return `${two(date.getHours())}:${two(date.getMinutes())}:${seconds}`;
}

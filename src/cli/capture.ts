import { milliseconds } from '../lab/schema-scalar.ts';
import type { Place } from '../lifecycle/capture-places.ts';
import type { CaptureResult, CaptureView } from '../lifecycle/capture-view.ts';
import { openReporter } from '../report/reporter.ts';
import { visible } from '../report/visible.ts';
import type { Emit } from '../run/event.ts';
import { Failure } from '../run/failure.ts';
import type { Arguments } from './arguments.ts';
import { captureOutput } from './capture-output.ts';
import { exitCodes } from './exit-code.ts';
import { frameJson } from './frame-json.ts';
import { frameLines } from './frame-line.ts';
import { framePcapng } from './frame-pcapng.ts';
import { interruption } from './interruption.ts';
import { labName } from './lab-word.ts';
import { typed } from './wording.ts';

/** How frames are written: lines, JSON, or pcapng. */
export interface FrameForm {
  begin(places: readonly Place[], filter: string): string | Uint8Array;
  frames: (frames: Parameters<CaptureView['frames']>[0]) => string | Uint8Array;
  end(result: CaptureResult): string | Uint8Array;
}

/** Shows or keeps packets until Ctrl-C, which is a good end. What is said about it goes to standard error. */
export async function captureFrames(args: Arguments): Promise<number> {
  const durationMs = args.for === undefined ? undefined : duration(args.for);
  if (args.json && args.write !== undefined)
    throw new Failure('usage', '--json prints frames and -w keeps them: one of the two');
  const { capture } = await import('../lifecycle/capture.ts');
  const name = await labName(args.lab ?? '');
  const form =
    args.write !== undefined ? framePcapng() : args.json ? frameJson() : frameLines(args, process.stdout);
  const output = captureOutput(args.write);
  const interrupted = interruption();
  const view: CaptureView = {
    listening(places, filter) {
      output.open();
      void output.write(form.begin(places, filter));
      say(`listening on ${where(places)}${filter === '' ? '' : `, filter ${visible(filter)}`}`);
    },
    frames: (frames) => output.write(form.frames(frames)),
    gone: (place, words) => say(`${visible(place)}: ${visible(words)}`),
    end(result) {
      void output.write(form.end(result));
      output.close();
      // Behind the ^C that the terminal has shown.
      if (interrupted.signal.aborted && process.stderr.isTTY) process.stderr.write('\n');
      if (!output.gone.aborted) say(counts(result));
    },
  };
  const request = {
    words: args.places ?? [],
    rest: args.argv,
    outerOnly: args.outer ?? false,
    ...(args.count === undefined ? {} : { count: args.count }),
    ...(durationMs === undefined ? {} : { durationMs }),
  };
  try {
    const signal = AbortSignal.any([interrupted.signal, output.gone]);
    await capture(name, request, view, { signal, emit: commandsOnError(args.verbose) });
    return exitCodes.good;
  } finally {
    output.close();
    interrupted.end();
  }
}

/** Standard output is for frames. */
function commandsOnError(verbose: boolean): Emit {
  if (!verbose) return () => undefined;
  const { env } = process;
  return openReporter({ name: 'human', verbose }, { stdout: process.stderr, env, now: () => new Date() })
    .emit;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function duration(written: string): number {
  if (/^\d+(\.\d+)?(ms|s)?$/.test(written) && milliseconds(written) > 0) return milliseconds(written);
  throw new Failure('usage', `--for ${visible(written)} is no time`, [
    typed('capture flannel-vxlan node1 --for 5s'),
  ]);
}

const FEW = 6;

/** `node1/eth0, node1/docker0`, or how many devices of how many. */
function where(places: readonly Place[]): string {
  if (places.length <= FEW) return places.map(({ name }) => visible(name)).join(', ');
  const namespaces = [...new Set(places.map(({ namespace }) => namespace))];
  const named = namespaces.slice(0, FEW).join(', ');
  const more = namespaces.length > FEW ? ` and ${namespaces.length - FEW} more` : '';
  return `${places.length} devices of ${named}${more}`;
}

/** `12 frames captured, 340 lost before the filter (node1/eth0 300, node2/eth0 40)` */
function counts({ captured, places, counts: all, isLabGone }: CaptureResult): string {
  const frames = `${captured} frame${captured === 1 ? '' : 's'} captured`;
  if (isLabGone) return frames;
  const unknown = all.filter(({ lost }) => lost === undefined).length;
  const lost = all.flatMap((count, number) =>
    count.lost ? [{ count: count.lost, place: places[number]?.name ?? '' }] : [],
  );
  const total = lost.reduce((sum, { count }) => sum + count, 0);
  const detail = lost.map(({ place, count }) => `${visible(place)} ${count}`).join(', ');
  const doubt = unknown > 0 ? `; ${unknown} of ${places.length} devices do not say how many they lost` : '';
  return `${frames}, ${total} lost${total > 0 ? ` before the filter (${detail})` : ''}${doubt}`;
}

import { startTap, type LiveTap } from '../capture/tap.ts';
import { withAddresses } from '../lab/filter-names.ts';
import type { Lab } from '../lab/lab.ts';
import { loadLab } from '../lab/load.ts';
import { placesAndFilter, type PlaceWord } from '../lab/place-words.ts';
import { VXLAN_PORTS } from '../packet/vxlan.ts';
import { Failure } from '../run/failure.ts';
import { until } from '../run/until.ts';
import { liveRecord } from '../sandbox/record.ts';
import { openSession } from '../sandbox/session.ts';
import { frameFilter } from './capture-filter.ts';
import { findPlaces } from './capture-places.ts';
import { CaptureStream, type Why } from './capture-stream.ts';
import type { CaptureView } from './capture-view.ts';
import type { Context } from './context.ts';
import { liveLab } from './enter.ts';
import { holderOf } from './running.ts';

export interface CaptureRequest {
  /** Places and filter as typed; `rest`: what stood behind `--`. */
  words: readonly string[];
  rest: readonly string[];
  /** The filter does not look into VXLAN. */
  outerOnly: boolean;
  /** Frames after which it ends. */
  count?: number;
  /** Time after which it ends. */
  durationMs?: number;
}

/**
 * Show what passes at several places of a running lab, until the context's signal, the count or the time ends it. What happened before that moment
 * is shown. Throws Failure: `usage` for wrong words, `build` where the lab goes down meanwhile (after the view's `end`).
 */
export async function capture(
  name: string,
  request: CaptureRequest,
  view: CaptureView,
  { signal, emit }: Pick<Context, 'signal' | 'emit'>,
): Promise<void> {
  const live = await liveLab(name);
  const holderPid = holderOf(live);
  const { places: named, filter } = placesAndFilter(request.words, request.rest, live.namespaces);
  // It may be wrong by now, or gone.
  const loading = loadLab(live.file).catch(() => undefined);
  await using session = await openSession(holderPid, { lab: name, emit });
  const lab = await loading;
  const words = named.length > 0 ? named : everywhere(live.namespaces, lab);
  const [{ places, vxlanPorts }, fits] = await Promise.all([
    findPlaces(session, words),
    filter === ''
      ? undefined
      : frameFilter(
          session,
          words[0]?.namespace ?? '-',
          lab ? withAddresses(filter, lab.cluster) : filter,
          request,
        ),
  ]);
  await using tap = await startTap(
    session,
    places.map((place) => place.name),
  );
  const ports = new Set([...VXLAN_PORTS, ...vxlanPorts, ...(portOf(lab) ?? [])]);
  const stream = new CaptureStream(tap, places, { view, ports, fits, most: request.count ?? Infinity });
  view.listening(places, filter);
  for (const [place, why] of tap.missing) view.gone(place, why);

  const why = await ending(tap, stream, signal, request.durationMs);
  const isLabGone = why === 'gone' && (await isDown(name));
  await stream.finish(why);
  view.end({ captured: stream.captured, places, counts: stream.counts, isLabGone });
  if (isLabGone)
    throw new Failure('build', `${name} went down: there is nothing to capture any more`, [
      `bin/lab up ${name}`,
    ]);
  if (why === 'gone')
    throw new Failure('build', `the capture ended: ${(await tap.ended) || 'nobody knows why'}`);
}

/** Every node, router, host and pod. The segments' bridges see only what passes at one of these too, and flood it. */
function everywhere(namespaces: readonly string[], lab: Lab | undefined): PlaceWord[] {
  const segments = new Set(lab?.cluster.segments.map((segment) => segment.name));
  return namespaces.filter((name) => !segments.has(name)).map((namespace) => ({ namespace }));
}

function portOf(lab: Lab | undefined): number[] | undefined {
  const port = lab?.cluster.flannel?.backend.port;
  return port === undefined ? undefined : [port];
}

async function ending(
  tap: LiveTap,
  stream: CaptureStream,
  signal: AbortSignal,
  durationMs: number | undefined,
): Promise<Why> {
  let timer: NodeJS.Timeout | undefined;
  let stop: () => void = () => undefined;
  const asked = new Promise<Why>((resolve) => {
    stop = () => resolve('asked');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    if (durationMs !== undefined) timer = setTimeout(stop, durationMs);
  });
  try {
    return await Promise.race([asked, stream.full, tap.ended.then((): Why => 'gone')]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

async function isDown(name: string): Promise<boolean> {
  const down = async () => ((await liveRecord(name)) === undefined ? true : undefined);
  return (await until(down, { timeoutMs: 2_000 })) ?? false;
}

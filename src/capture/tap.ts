import type { CapturedFrame } from '../packet/expectation.ts';
import type { Reception, Stamp } from '../packet/pcapng.ts';
import { Failure } from '../run/failure.ts';
import { startProcess } from '../run/process.ts';
import { PROGRAM_INSIDE } from '../sandbox/layout.ts';
import type { Session } from '../sandbox/session.ts';
import { recordReader, type TapRecord } from './record.ts';

/**
 * Captures on many devices at once (src/inside/tap.pl). It is known to be running when `startTap` returns: every socket is bound.
 * A place is `<namespace>/<device>`; the device `neigh` stands for the namespace's rtnetlink neighbour messages.
 */
export interface Tap extends AsyncDisposable {
  /** `listener` is called for every frame and netlink datagram from now on. */
  listen(listener: (frame: TappedFrame) => void): Hearing;
  /** Places that cannot be captured on, and why: the device is not there. */
  missing: ReadonlyMap<string, string>;
}

/** What a capture for a person needs besides: the true order, backpressure, and what went wrong on the way. */
export interface LiveTap extends Tap {
  /** Called when all frames from before this moment have been heard, from all places. */
  onSettled(listener: (moment: Stamp) => void): void;
  /** Called when a device is down, or gone; what comes after it is up again is heard. */
  onGone(listener: (place: string, how: 'down' | 'gone') => void): void;
  /** Frames that this place has lost so far. All that it had before the question has been heard. Undefined: no answer in time. */
  lost(place: string, timeoutMs: number): Promise<number | undefined>;
  /** Nothing is read until `resume`: what comes meanwhile is kept by the kernel as long as there is room, and counted as lost afterwards. */
  pause(): void;
  resume(): void;
  /** It ended by itself; its last words. */
  ended: Promise<string>;
}

export interface TappedFrame extends CapturedFrame, Stamp {
  /** Absent for what the device sends. */
  reception?: Reception;
}

/** From `listen` until `end`. */
export interface Hearing {
  /**
   * Resolves to undefined when everything that was on this device from `listen` until this call has been heard: it has carried a fence frame
   * since then, which was heard, and no frame was lost. Otherwise to the reason why nobody can vouch for that.
   */
  doubt(place: string, timeoutMs: number): Promise<string | undefined>;
  end(): void;
}

const OUTGOING = 4;
const RECEPTIONS: readonly (Reception | undefined)[] = ['unicast', 'broadcast', 'multicast', 'to-other'];
const FENCE_ETHERTYPE = 0x88b5;

export async function startTap(
  session: Session,
  places: readonly string[],
  vxlanPort?: number,
): Promise<LiveTap> {
  const argv = [...session.inside(), 'perl', `${PROGRAM_INSIDE}/tap.pl`, ...places.flatMap(split)];
  // Ctrl-C reaches the whole process group: the tap still has to hand over what it has.
  const child = startProcess(argv, { detached: true, env: { WIRELAB_ARCH: process.arch } });
  const listeners = new Set<(frame: TappedFrame) => void>();
  const missing = new Map<string, string>();
  const waitingForDrops = new Map<number, ((lost: number) => void)[]>();
  let onReady: () => void = () => undefined;
  const ready = new Promise<true>((resolve) => (onReady = () => resolve(true)));
  let settled: (moment: Stamp) => void = () => undefined;
  let gone: (place: string, how: 'down' | 'gone') => void = () => undefined;
  const obey = (record: TapRecord): void => {
    const place = places[record.place] ?? '';
    switch (record.type) {
      case 'R':
        return onReady();
      case 'M':
        return void missing.set(place, Buffer.from(record.bytes).toString().trim());
      case 'D':
        // One answer for each question, in their order.
        return waitingForDrops.get(record.place)?.shift()?.(Buffer.from(record.bytes).readUInt32BE(0));
      case 'S':
        return settled(record);
      case 'G':
        return gone(place, Buffer.from(record.bytes).toString() === 'down' ? 'down' : 'gone');
      default: {
        const frame = tappedFrame(record, place, vxlanPort);
        for (const listener of listeners) listener(frame);
      }
    }
  };
  const read = recordReader();
  child.onData((chunk) => {
    for (const record of read(chunk)) obey(record);
  });
  const outcome = await Promise.race([ready, child.ended]);
  if (outcome !== true) {
    throw new Failure(
      'build',
      `cannot capture: ${outcome.stderr.trim() || `tap.pl ended with ${outcome.exitCode}`}`,
    );
  }

  const subscribe = (listener: (frame: TappedFrame) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  /** As of the last answer; what was lost after it may have been lost at any time since. */
  const lostSoFar = places.map(() => 0);
  let fences = 0;

  const drops = (number: number, timeoutMs: number) => {
    const lost = deferred<number | undefined>(timeoutMs, undefined);
    waitingForDrops.set(number, [...(waitingForDrops.get(number) ?? []), lost.resolve]);
    return lost.promise;
  };

  async function doubt(place: string, lostBefore: number, timeoutMs: number): Promise<string | undefined> {
    const number = places.indexOf(place);
    const why = missing.get(place);
    if (why !== undefined || number < 0) return why ?? 'nobody captures there';
    const tag = (++fences).toString(16).padStart(16, '0');
    const seen = deferred<boolean>(timeoutMs, false);
    const lost = drops(number, timeoutMs);
    const stop = subscribe((frame) => {
      if (frame.place === place && isFence(frame.bytes, tag)) seen.resolve(true);
    });
    // Netlink messages have no wire that a fence could go over; all that came before the question are read before it is answered.
    const isDevice = !place.endsWith('/neigh');
    if (!isDevice) seen.resolve(true);
    child.write(`${isDevice ? `fence ${number} ${tag}\n` : ''}drops ${number}\n`);
    const total = await lost;
    if (total !== undefined) lostSoFar[number] = total;
    // A fence that was lost too need not be waited for.
    const fenced = (total ?? 0) > lostBefore || (await seen.promise);
    stop();
    seen.resolve(false);
    if (total === undefined) return 'the capture does not answer';
    if (total > lostBefore) return `the capture lost ${total - lostBefore} frames`;
    return fenced ? undefined : 'its fence frame was not seen (is the device up?)';
  }

  return {
    missing,
    listen(listener) {
      const end = subscribe(listener);
      const lostBefore = [...lostSoFar];
      return {
        end,
        doubt: (place, timeoutMs) => doubt(place, lostBefore[places.indexOf(place)] ?? 0, timeoutMs),
      };
    },
    onSettled: (listener) => (settled = listener),
    onGone: (listener) => (gone = listener),
    lost(place, timeoutMs) {
      const number = places.indexOf(place);
      const answer = drops(number, timeoutMs);
      child.write(`drops ${number}\n`);
      return answer;
    },
    pause: () => child.pause(),
    resume: () => child.resume(),
    ended: child.ended.then(({ stderr }) => stderr.trim()),
    async [Symbol.asyncDispose]() {
      listeners.clear();
      settled = () => undefined;
      // It may be waiting for us to read.
      child.resume();
      child.endInput();
      await child.ended;
    },
  };
}

function tappedFrame(record: TapRecord, place: string, vxlanPort: number | undefined): TappedFrame {
  const { seconds, nanoseconds, lengthBytes, bytes } = record;
  const reception = RECEPTIONS[record.kind];
  return {
    place,
    direction: record.kind === OUTGOING ? 'out' : 'in',
    ...(reception === undefined ? {} : { reception }),
    timeSeconds: seconds + nanoseconds / 1e9,
    seconds,
    nanoseconds,
    lengthBytes,
    bytes,
    ...(vxlanPort === undefined ? {} : { vxlanPort }),
  };
}

/** A promise that resolves to `otherwise` when nobody resolved it in time. */
function deferred<T>(timeoutMs: number, otherwise: T): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    const timer = setTimeout(() => settle(otherwise), timeoutMs);
    resolve = (value) => {
      clearTimeout(timer);
      settle(value);
    };
  });
  return { promise, resolve };
}

/** Fence frames are the tap's own and nobody's evidence. */
export function isFence(bytes: Uint8Array, tag?: string): boolean {
  if (bytes.length < 22 || ((bytes[12] ?? 0) << 8) + (bytes[13] ?? 0) !== FENCE_ETHERTYPE) return false;
  return tag === undefined || Buffer.from(bytes.subarray(14, 22)).toString('hex') === tag;
}

function split(place: string): [string, string] {
  const cut = place.lastIndexOf('/');
  return [place.slice(0, cut), place.slice(cut + 1)];
}

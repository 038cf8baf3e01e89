import type { CapturedFrame } from '../packet/expectation.ts';
import { Failure } from '../run/failure.ts';
import { startProcess, type LiveProcess } from '../run/process.ts';
import { PROGRAM_INSIDE } from '../sandbox/layout.ts';
import type { Session } from '../sandbox/session.ts';

/**
 * Captures on many devices at once (src/inside/tap.pl). It is known to be running when `startTap` returns: every socket is bound.
 * A place is `<namespace>/<device>`; the device `neigh` stands for the namespace's rtnetlink neighbour messages.
 */
export interface Tap extends AsyncDisposable {
  /** `listener` is called for every frame and netlink datagram from now on. */
  listen(listener: (frame: CapturedFrame) => void): Hearing;
  /** Places that cannot be captured on, and why: the device is not there. */
  missing: ReadonlyMap<string, string>;
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

const HEADER_BYTES = 24;
const OUTGOING = 4;
const FENCE_ETHERTYPE = 0x88b5;

export async function startTap(
  session: Session,
  places: readonly string[],
  vxlanPort?: number,
): Promise<Tap> {
  const argv = [...session.inside(), 'perl', `${PROGRAM_INSIDE}/tap.pl`, ...places.flatMap(split)];
  const child = startProcess(argv, { env: { WIRELAB_ARCH: process.arch } });
  const listeners = new Set<(frame: CapturedFrame) => void>();
  const missing = new Map<string, string>();
  const waitingForDrops = new Map<number, ((lost: number) => void)[]>();
  let onReady: () => void = () => undefined;
  const ready = new Promise<true>((resolve) => (onReady = () => resolve(true)));
  readRecords(child, (record) => {
    if (record.type === 'R') onReady();
    else if (record.type === 'M')
      missing.set(places[record.place] ?? '', Buffer.from(record.bytes).toString().trim());
    else if (record.type === 'D') {
      const lost = Buffer.from(record.bytes).readUInt32BE(0);
      // One answer for each question, in their order.
      waitingForDrops.get(record.place)?.shift()?.(lost);
    } else {
      const frame: CapturedFrame = {
        place: places[record.place] ?? '',
        direction: record.kind === OUTGOING ? 'out' : 'in',
        timeSeconds: record.timeSeconds,
        lengthBytes: record.lengthBytes,
        bytes: record.bytes,
        ...(vxlanPort === undefined ? {} : { vxlanPort }),
      };
      for (const listener of listeners) listener(frame);
    }
  });
  const outcome = await Promise.race([ready, child.ended]);
  if (outcome !== true) {
    throw new Failure(
      'build',
      `cannot capture: ${outcome.stderr.trim() || `tap.pl ended with ${outcome.exitCode}`}`,
    );
  }

  const subscribe = (listener: (frame: CapturedFrame) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  /** As of the last answer; what was lost after it may have been lost at any time since. */
  const lostSoFar = places.map(() => 0);
  let fences = 0;

  async function doubt(place: string, lostBefore: number, timeoutMs: number): Promise<string | undefined> {
    const number = places.indexOf(place);
    const why = missing.get(place);
    if (why !== undefined || number < 0) return why ?? 'nobody captures there';
    const tag = (++fences).toString(16).padStart(16, '0');
    const seen = deferred<boolean>(timeoutMs, false);
    const lost = deferred<number | undefined>(timeoutMs, undefined);
    waitingForDrops.set(number, [...(waitingForDrops.get(number) ?? []), lost.resolve]);
    const stop = subscribe((frame) => {
      if (frame.place === place && isFence(frame.bytes, tag)) seen.resolve(true);
    });
    // Netlink messages have no wire that a fence could go over; all that came before the question are read before it is answered.
    const isDevice = !place.endsWith('/neigh');
    if (!isDevice) seen.resolve(true);
    child.write(`${isDevice ? `fence ${number} ${tag}\n` : ''}drops ${number}\n`);
    const total = await lost.promise;
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
    async [Symbol.asyncDispose]() {
      child.endInput();
      await child.ended;
    },
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

interface TapRecord {
  type: string;
  kind: number;
  place: number;
  timeSeconds: number;
  lengthBytes: number;
  bytes: Uint8Array;
}

function readRecords(child: LiveProcess, deliver: (record: TapRecord) => void): void {
  let pending: Buffer = Buffer.alloc(0);
  child.onData((chunk) => {
    pending = pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([pending, chunk]);
    let at = 0;
    while (pending.length - at >= HEADER_BYTES) {
      const size = pending.readUInt32BE(at + 20);
      if (pending.length - at < HEADER_BYTES + size) break;
      deliver({
        type: String.fromCharCode(pending.readUInt8(at)),
        kind: pending.readUInt8(at + 1),
        place: pending.readUInt16BE(at + 2),
        timeSeconds: pending.readUInt32BE(at + 8) + pending.readUInt32BE(at + 12) / 1e9,
        lengthBytes: pending.readUInt32BE(at + 16),
        bytes: pending.subarray(at + HEADER_BYTES, at + HEADER_BYTES + size),
      });
      at += HEADER_BYTES + size;
    }
    pending = pending.subarray(at);
  });
}

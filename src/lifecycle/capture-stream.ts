import { earlier, FrameOrder } from '../capture/order.ts';
import { isFence, type LiveTap, type TappedFrame } from '../capture/tap.ts';
import { decode } from '../packet/decode.ts';
import type { Packet } from '../packet/packet.ts';
import type { Stamp } from '../packet/pcapng.ts';
import type { FrameFilter } from './capture-filter.ts';
import type { Place } from './capture-places.ts';
import type { CaptureView, PlaceCount, ShownFrame } from './capture-view.ts';

/** Why a capture ends: somebody wants it to, it has all frames that were asked for, or there is nothing to capture on any more. */
export type Why = 'asked' | 'counted' | 'gone';

/** So long a place may take to hand over what it still has. */
const LAST_ANSWER_MS = 5_000;

export interface CaptureWork {
  view: CaptureView;
  ports: ReadonlySet<number>;
  fits: FrameFilter | undefined;
  most: number;
}

/** From the tap to the view: filter, order, count; while the view is busy the tap is not read. */
export class CaptureStream {
  captured = 0;
  readonly counts: PlaceCount[];
  /** Resolves when as many frames have been shown as were asked for; rejects when the view cannot show them. */
  readonly full: Promise<Why>;
  readonly #tap: LiveTap;
  readonly #places: readonly Place[];
  readonly #work: CaptureWork;
  readonly #order = new FrameOrder<ShownFrame>();
  #settle: { resolve: (why: Why) => void; reject: (error: unknown) => void } | undefined;
  #busy: Promise<void> | undefined;
  /** When it was told to end: what comes later is nobody's business. */
  #end: Stamp = { seconds: Infinity, nanoseconds: 0 };
  #over = false;
  #failure: { error: unknown } | undefined;

  constructor(tap: LiveTap, places: readonly Place[], work: CaptureWork) {
    this.#tap = tap;
    this.#places = places;
    this.#work = work;
    this.counts = places.map(() => ({ seen: 0, accepted: 0, lost: undefined }));
    this.full = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    const numbers = new Map(places.map((place, number) => [place.name, number]));
    tap.listen((frame) => this.#hear(frame, numbers.get(frame.place) ?? 0));
    tap.onSettled((moment) => this.#show(this.#order.until(moment)));
    tap.onGone((place, how) => work.view.gone(place, `the device is ${how}`));
  }

  /** Hands over what is still on its way, up to now, and asks how much was lost. Throws what the view has thrown. */
  async finish(why: Why): Promise<void> {
    // The clock that stamps frames is the one of Date.
    const now = Date.now();
    if (why !== 'gone')
      this.#end = { seconds: Math.floor(now / 1000), nanoseconds: ((now % 1000) + 1) * 1e6 };
    await this.#busy;
    if (why !== 'gone') {
      const lost = this.#places.map(({ name }) =>
        this.#tap.missing.has(name) ? 0 : this.#tap.lost(name, LAST_ANSWER_MS),
      );
      for (const [number, answer] of lost.entries()) this.counts[number]!.lost = await answer;
    }
    this.#show(this.#order.until());
    this.#over = true;
    await this.#busy;
    if (this.#failure) throw this.#failure.error;
  }

  #hear(frame: TappedFrame, number: number): void {
    if (this.#over || earlier(this.#end, frame) < 0) return;
    const packet = decode(frame.bytes, { lengthBytes: frame.lengthBytes, vxlanPorts: this.#work.ports });
    if (isOfChecks(frame, packet)) return;
    const count = this.counts[number]!;
    count.seen++;
    if (this.#work.fits && !this.#work.fits(frame, packet)) return;
    count.accepted++;
    this.#order.add({ ...frame, number, level: this.#places[number]!.level, packet });
  }

  #show(due: readonly ShownFrame[]): void {
    if (this.#over || due.length === 0) return;
    const { view, most } = this.#work;
    const frames = due.slice(0, most - this.captured);
    this.captured += frames.length;
    if (this.captured >= most) {
      this.#over = true;
      this.#settle?.resolve('counted');
    }
    try {
      const busy = view.frames(frames);
      if (busy) this.#wait(busy);
    } catch (error) {
      this.#over = true;
      this.#failure = { error };
      this.#settle?.reject(error);
    }
  }

  #wait(busy: Promise<void>): void {
    this.#tap.pause();
    const all = Promise.all([this.#busy, busy]).then(() => {
      if (this.#busy !== all) return;
      this.#busy = undefined;
      this.#tap.resume();
    });
    this.#busy = all;
  }
}

/** The fence frames of checks, in VXLAN too. */
function isOfChecks({ bytes }: TappedFrame, packet: Packet): boolean {
  return isFence(bytes) || (packet.vxlan !== undefined && isFence(bytes.subarray(packet.payload.offset)));
}

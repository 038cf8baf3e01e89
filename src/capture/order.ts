import type { Stamp } from '../packet/pcapng.ts';

/** A frame with the time of its way through the kernel, and how far up it was seen: 0 on a bridge port, 1 on its bridge ... */
interface Placed extends Stamp {
  level: number;
  direction: 'in' | 'out';
}

/**
 * Puts what comes from many sockets into the order in which it happened. The tap says from time to time until when it has handed over all that
 * there is, from all places (`settled`); until then nobody knows whether an older frame is still to come.
 *
 * A frame that is handed up keeps its stamp, from a port to its bridge, or out of VXLAN: then the lower device comes first. What two ends of a
 * wire see in the same nanosecond was sent before it came.
 */
export class FrameOrder<F extends Placed> {
  #waiting: F[] = [];

  add(frame: F): void {
    this.#waiting.push(frame);
  }

  /** Those from before this moment, in order; they wait no longer. Absent: all. */
  until(moment?: Stamp): F[] {
    const [due, later]: [F[], F[]] = [[], []];
    for (const frame of this.#waiting)
      (moment === undefined || earlier(frame, moment) < 0 ? due : later).push(frame);
    this.#waiting = later;
    return due.sort((a, b) => earlier(a, b) || sentFirst(a, b) || a.level - b.level);
  }
}

/** Below zero: `a` was before `b`. */
export function earlier(a: Stamp, b: Stamp): number {
  return a.seconds - b.seconds || a.nanoseconds - b.nanoseconds;
}

function sentFirst(a: Placed, b: Placed): number {
  return Number(a.direction === 'in') - Number(b.direction === 'in');
}

import type { TappedFrame } from '../capture/tap.ts';
import type { Packet } from '../packet/packet.ts';
import type { Place } from './capture-places.ts';

export interface ShownFrame extends TappedFrame {
  /** Position of its place. */
  number: number;
  level: number;
  packet: Packet;
}

/** Who shows or keeps what is captured. */
export interface CaptureView {
  /** All sockets are bound: what is sent from now on is seen. */
  listening(places: readonly Place[], filter: string): void;
  /** In the order in which it happened. A promise: no more of it, please, until it resolves. */
  frames(frames: readonly ShownFrame[]): Promise<void> | undefined;
  /** Words about a place that is no longer, or not at all. */
  gone(place: string, words: string): void;
  end(result: CaptureResult): void;
}

export interface CaptureResult {
  captured: number;
  places: readonly Place[];
  counts: readonly PlaceCount[];
  /** The lab went away, and with it the counts of lost frames. */
  isLabGone: boolean;
}

export interface PlaceCount {
  /** Frames that were seen, whether they fit the filter or not. */
  seen: number;
  accepted: number;
  /** Undefined: nobody knows. */
  lost: number | undefined;
}

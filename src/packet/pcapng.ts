/**
 * Blocks of a pcapng file, https://ietf-opsawg-wg.github.io/draft-ietf-opsawg-pcap/draft-ietf-opsawg-pcapng.html; little endian, Ethernet,
 * stamps in nanoseconds. A file is: one section header, an interface description for each place, then packets and at the end statistics. Each
 * block is whole in itself, so a file that ends after any of them can be read.
 *
 *   |type 4|length 4|body|options|length 4|        everything padded to 4 bytes
 */
import { LINK_TYPE } from './pcap.ts';

/** When, exactly: seconds since the epoch, and nanoseconds of the next. */
export interface Stamp {
  seconds: number;
  nanoseconds: number;
}

export interface PcapngInterface {
  name: string;
  description?: string;
  /** Lower case with colons. */
  mac?: string;
  /** In the words of pcap-filter(7). */
  filter?: string;
}

export interface PcapngFrame extends Stamp {
  /** Position of its interface in the file, from 0. */
  interfaceId: number;
  direction: 'in' | 'out';
  /** How it was addressed, where that is known. */
  reception?: Reception;
  /** On the wire; `bytes` may be shorter. */
  lengthBytes: number;
  bytes: Uint8Array;
}

/** `to-other`: seen only because the device is promiscuous. */
export type Reception = 'unicast' | 'multicast' | 'broadcast' | 'to-other';

export interface PcapngStatistics {
  interfaceId: number;
  start: Stamp;
  end: Stamp;
  /** Frames that came to the capture, the lost ones included. */
  received: number;
  lost: number;
  /** Of those that were not lost: how many the filter let through. */
  accepted: number;
}

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const INTERFACE_STATISTICS = 5;
const ENHANCED_PACKET = 6;
const NANOSECONDS = 9;

export function sectionHeader(application: string, system: string): Uint8Array {
  const body = new DataView(new ArrayBuffer(16));
  body.setUint32(0, 0x1a2b3c4d, true);
  body.setUint16(4, 1, true);
  // The section's length is not known: all ones.
  body.setBigInt64(8, -1n, true);
  return block(SECTION_HEADER, bytesOf(body), [
    [3, system],
    [4, application],
  ]);
}

export function interfaceDescription({ name, description, mac, filter }: PcapngInterface): Uint8Array {
  const body = new DataView(new ArrayBuffer(8));
  body.setUint16(0, LINK_TYPE.ethernet, true);
  return block(INTERFACE_DESCRIPTION, bytesOf(body), [
    [2, name],
    [3, description],
    [6, mac === undefined ? undefined : Uint8Array.from(mac.split(':'), (hex) => Number.parseInt(hex, 16))],
    [9, Uint8Array.of(NANOSECONDS)],
    // The first byte says in which form it is written: 0, libpcap's words.
    [11, filter === undefined ? undefined : `\0${filter}`],
  ]);
}

const DIRECTIONS = { in: 1, out: 2 } as const;
const RECEPTIONS = { unicast: 1, multicast: 2, broadcast: 3, 'to-other': 4 } as const;

export function enhancedPacket(frame: PcapngFrame): Uint8Array {
  const { bytes, direction, reception } = frame;
  const body = new Uint8Array(20 + padded(bytes.length));
  const view = new DataView(body.buffer);
  view.setUint32(0, frame.interfaceId, true);
  setStamp(view, 4, frame);
  view.setUint32(12, bytes.length, true);
  view.setUint32(16, Math.max(frame.lengthBytes, bytes.length), true);
  body.set(bytes, 20);
  const flags = DIRECTIONS[direction] | ((reception === undefined ? 0 : RECEPTIONS[reception]) << 2);
  return block(ENHANCED_PACKET, body, [[2, Uint8Array.of(flags, 0, 0, 0)]]);
}

export function interfaceStatistics(statistics: PcapngStatistics): Uint8Array {
  const { interfaceId, start, end, received, lost, accepted } = statistics;
  const body = new DataView(new ArrayBuffer(12));
  body.setUint32(0, interfaceId, true);
  setStamp(body, 4, end);
  return block(INTERFACE_STATISTICS, bytesOf(body), [
    [2, stampBytes(start)],
    [3, stampBytes(end)],
    [4, counter(received)],
    [5, counter(lost)],
    [6, counter(accepted)],
  ]);
}

type Option = readonly [code: number, value: string | Uint8Array | undefined];

function block(type: number, body: Uint8Array, options: readonly Option[]): Uint8Array {
  const given = options.flatMap(([code, value]) =>
    value === undefined
      ? []
      : [{ code, value: typeof value === 'string' ? new TextEncoder().encode(value) : value }],
  );
  const optionBytes = given.reduce((sum, { value }) => sum + 4 + padded(value.length), 4);
  const length = 12 + body.length + optionBytes;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  bytes.set(body, 8);
  let at = 8 + body.length;
  for (const { code, value } of given) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  // opt_endofopt is all zeros, and is there already.
  view.setUint32(length - 4, length, true);
  return bytes;
}

const padded = (length: number): number => (length + 3) & ~3;

const bytesOf = (view: DataView): Uint8Array => new Uint8Array(view.buffer);

/** 64 bits of nanoseconds, the upper half first. */
function setStamp(view: DataView, at: number, { seconds, nanoseconds }: Stamp): void {
  const units = BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
  view.setUint32(at, Number(units >> 32n), true);
  view.setUint32(at + 4, Number(units & 0xffff_ffffn), true);
}

function stampBytes(stamp: Stamp): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  setStamp(view, 0, stamp);
  return bytesOf(view);
}

function counter(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(value), true);
  return bytesOf(view);
}

import type { Packet } from './packet.ts';

/** A frame as it would be on a wire of its own. */
export interface PlainFrame {
  bytes: Uint8Array;
  lengthBytes: number;
}

/**
 * A frame, and what it carries: the frame inside VXLAN, the packet inside an IP packet (which gets an Ethernet header in front, with no
 * addresses), and so on inwards. What an ICMP error quotes is not carried.
 */
export function* frameAndCarried(frame: PlainFrame, packet: Packet): Generator<PlainFrame> {
  yield frame;
  for (let level = packet; level.inner; level = level.inner) {
    const { offset, length } = level.payload;
    const bytes = frame.bytes.subarray(offset, offset + length);
    if (level.vxlan) yield { bytes, lengthBytes: length };
    else yield withEthernet(bytes, length, level.inner.ip?.family === 6 ? 0x86dd : 0x0800);
  }
}

function withEthernet(packet: Uint8Array, lengthBytes: number, etherType: number): PlainFrame {
  const bytes = new Uint8Array(14 + packet.length);
  bytes.set([etherType >> 8, etherType & 0xff], 12);
  bytes.set(packet, 14);
  return { bytes, lengthBytes: 14 + lengthBytes };
}

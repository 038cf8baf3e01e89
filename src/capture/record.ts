/** What src/inside/tap.pl says, as bytes: a header of 24, and what belongs to it. */
export interface TapRecord {
  /** M missing, R ready, F frame, N netlink datagram, S settled, D lost frames, G gone; see tap.pl. */
  type: string;
  /** PACKET_* of linux/if_packet.h: 0 to us, 1 broadcast, 2 multicast, 3 to another, 4 outgoing. */
  kind: number;
  /** Position of the place. */
  place: number;
  seconds: number;
  nanoseconds: number;
  lengthBytes: number;
  bytes: Uint8Array;
}

const HEADER_BYTES = 24;

/** Takes bytes as they come, in pieces of any size; gives the records that have become complete. Their `bytes` are views. */
export function recordReader(): (chunk: Uint8Array) => TapRecord[] {
  let pending: Buffer = Buffer.alloc(0);
  return (chunk) => {
    pending = pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([pending, chunk]);
    const records: TapRecord[] = [];
    let at = 0;
    while (pending.length - at >= HEADER_BYTES) {
      const size = pending.readUInt32BE(at + 20);
      if (pending.length - at < HEADER_BYTES + size) break;
      records.push({
        type: String.fromCharCode(pending.readUInt8(at)),
        kind: pending.readUInt8(at + 1),
        place: pending.readUInt16BE(at + 2),
        seconds: pending.readUInt32BE(at + 8),
        nanoseconds: pending.readUInt32BE(at + 12),
        lengthBytes: pending.readUInt32BE(at + 16),
        bytes: pending.subarray(at + HEADER_BYTES, at + HEADER_BYTES + size),
      });
      at += HEADER_BYTES + size;
    }
    pending = pending.subarray(at);
    return records;
  };
}

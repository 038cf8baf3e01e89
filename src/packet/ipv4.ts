import type { Ipv4 } from './packet.ts';
import {
  after,
  capturedLength,
  claimedLength,
  first,
  ipv4Address,
  shortage,
  u8,
  u16,
  type Layer,
  type Region,
} from './region.ts';

/** RFC 791. The rest ends where Total Length says, which leaves Ethernet padding out. */
export function ipv4Layer(region: Region): Layer<Ipv4> {
  const short = shortage<Ipv4>('ipv4', region, 20);
  if (short) return short;
  const version = u8(region, 0) >> 4;
  if (version !== 4) return { rest: region, malformed: `ipv4: version ${version}` };
  const headerLength = (u8(region, 0) & 0x0f) * 4;
  if (headerLength < 20) return { rest: region, malformed: `ipv4: header length ${headerLength}` };
  // The kernel leaves 0 in packets of more than 64 kB that wait for segmentation (BIG TCP).
  const totalLength = u16(region, 2) === 0 ? claimedLength(region) : u16(region, 2);
  if (totalLength < headerLength)
    return { rest: region, malformed: `ipv4: total length ${totalLength}, header length ${headerLength}` };
  const packet = first(region, totalLength);
  const id = u16(region, 4);
  const offset = (u16(region, 6) & 0x1fff) * 8;
  const more = (u8(region, 6) & 0x20) !== 0;
  const header: Ipv4 = {
    family: 4,
    source: ipv4Address(region, 12),
    destination: ipv4Address(region, 16),
    headerLength,
    totalLength,
    tos: u8(region, 1),
    id,
    df: (u8(region, 6) & 0x40) !== 0,
    ...((more || offset > 0) && { fragment: { id, offset, more } }),
    ttl: u8(region, 8),
    protocol: u8(region, 9),
    checksum: u16(region, 10),
    options: optionTypes(first(after(region, 20), headerLength - 20)),
  };
  return { header, rest: after(packet, headerLength), ...missing(packet, totalLength) };
}

function missing(packet: Region, totalLength: number): { truncated?: string } {
  const captured = capturedLength(packet);
  return captured < totalLength
    ? { truncated: `ipv4: total length ${totalLength}, ${captured} bytes captured` }
    : {};
}

/** |0 end| |1 no operation| |type 1|length 1|data| */
function optionTypes(region: Region): number[] {
  const types: number[] = [];
  while (capturedLength(region) > 0) {
    const type = u8(region, 0);
    types.push(type);
    if (type === 0) break;
    const length = type === 1 ? 1 : u8(region, 1);
    if (length < (type === 1 ? 1 : 2)) break;
    region = after(region, length);
  }
  return types;
}

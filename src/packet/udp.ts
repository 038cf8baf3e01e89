import type { Udp } from './packet.ts';
import { after, claimedLength, first, shortage, u16, type Layer, type Region } from './region.ts';

/** |source port 2|destination port 2|length 2|checksum 2|; the length of a first fragment is that of the whole datagram. */
export function udpLayer(region: Region, isFragment: boolean): Layer<Udp> {
  const short = shortage<Udp>('udp', region, 8);
  if (short) return short;
  const length = u16(region, 4);
  const header: Udp = {
    sourcePort: u16(region, 0),
    destinationPort: u16(region, 2),
    length,
    checksum: u16(region, 6),
  };
  const room = claimedLength(region);
  const rest = after(region, 8);
  // A datagram of more than 64 kB (RFC 2675) has 0 here.
  if (length === 0 && room > 0xffff) return { header, rest };
  if (length < 8) return { header, rest, malformed: `udp: length ${length}` };
  if (length <= room) return { header, rest: after(first(region, length), 8) };
  return {
    header,
    rest,
    ...(!isFragment && { malformed: `udp: length ${length}, ${room} bytes in the packet` }),
  };
}

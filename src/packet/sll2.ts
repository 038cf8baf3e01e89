import { tagsAndType } from './ethernet.ts';
import type { LinuxSll2 } from './packet.ts';
import { after, mac, shortage, u8, u16, u32, type Layer, type Region } from './region.ts';

const PACKET_TYPES = ['to-us', 'broadcast', 'multicast', 'to-other', 'from-us'] as const;

/**
 *   |protocol 2|reserved 2|interface index 4|ARPHRD 2|packet type 1|address length 1|address 8|payload
 */
export function sll2Layer(region: Region): Layer<LinuxSll2> {
  const short = shortage<LinuxSll2>('sll2', region, 20);
  if (short) return short;
  const packetType: LinuxSll2['packetType'] = PACKET_TYPES[u8(region, 10)] ?? 'unknown';
  const common = {
    interfaceIndex: u32(region, 4),
    packetType,
    direction: packetType === 'from-us' ? ('out' as const) : ('in' as const),
    hardwareType: u16(region, 8),
    source: mac(region, 12, Math.min(8, u8(region, 11))),
  };
  const protocol = u16(region, 0);
  const rest = after(region, 20);
  if (protocol !== 0x8100 && protocol !== 0x88a8) return { header: { ...common, vlans: [], protocol }, rest };

  // A tag's first half is the protocol field, its second half the start of the payload: put them together again.
  const bytes = new Uint8Array(region.bytes);
  bytes.copyWithin(region.start + 18, region.start, region.start + 2);
  const {
    vlans,
    type = protocol,
    rest: inside,
    problem,
  } = tagsAndType({ ...region, bytes, start: region.start + 18 });
  return {
    header: { ...common, vlans, protocol: type },
    rest: { ...inside, bytes: region.bytes },
    ...problem,
  };
}

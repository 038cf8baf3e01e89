import type { Arp } from './packet.ts';
import { after, ipv4Address, mac, shortage, u8, u16, type Layer, type Region } from './region.ts';

const OPERATIONS = ['request', 'reply', 'reverse-request', 'reverse-reply'] as const;

/**
 * RFC 826; RARP has the same form.
 *
 *   |hardware type 2|protocol type 2|hardware length 1|protocol length 1|operation 2|
 *   |sender hardware|sender protocol|target hardware|target protocol|
 */
export function arpLayer(region: Region): Layer<Arp> {
  const short = shortage<Arp>('arp', region, 8);
  if (short) return short;
  const hardwareLength = u8(region, 4);
  const protocolLength = u8(region, 5);
  const length = 8 + 2 * (hardwareLength + protocolLength);
  const cut = shortage<Arp>('arp', region, length);
  if (cut) return cut;
  const protocolType = u16(region, 2);
  const target = 8 + hardwareLength + protocolLength;
  const isIpv4 = protocolType === 0x0800 && protocolLength === 4;
  const address = (at: number) => (isIpv4 ? ipv4Address(region, at) : mac(region, at, protocolLength));
  const opcode = u16(region, 6);
  const header: Arp = {
    operation: OPERATIONS[opcode - 1] ?? 'other',
    opcode,
    hardwareType: u16(region, 0),
    protocolType,
    hardwareLength,
    protocolLength,
    senderMAC: mac(region, 8, hardwareLength),
    targetMAC: mac(region, target, hardwareLength),
    senderAddress: address(8 + hardwareLength),
    targetAddress: address(target + hardwareLength),
  };
  return { header, rest: { ...after(region, length), end: region.start + length } };
}

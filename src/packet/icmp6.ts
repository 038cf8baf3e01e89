import type { IcmpLayer } from './icmp.ts';
import { ipv6Address } from './ipv6-address.ts';
import type { Icmp, IcmpKind } from './packet.ts';
import { after, capturedLength, claimedLength, shortage, u8, u16, u32, type Region } from './region.ts';

const UNREACHABLE: Readonly<Record<number, IcmpKind>> = {
  0: 'net-unreachable',
  1: 'admin-prohibited',
  3: 'host-unreachable',
  4: 'port-unreachable',
};
const KINDS: Readonly<Record<number, IcmpKind>> = {
  2: 'packet-too-big',
  3: 'time-exceeded',
  4: 'parameter-problem',
  128: 'echo-request',
  129: 'echo-reply',
  133: 'router-solicitation',
  134: 'router-advertisement',
  135: 'neighbour-solicitation',
  136: 'neighbour-advertisement',
  137: 'redirect',
};
/** Solicitation, advertisement and redirect carry the target's address after the first eight bytes. */
const WITH_TARGET = new Set([135, 136, 137]);

/** ICMPv6: RFC 4443, neighbour discovery RFC 4861. */
export function icmp6Layer(region: Region): IcmpLayer {
  const short = shortage<Icmp>('icmp6', region, 4);
  if (short) return short;
  const type = u8(region, 0);
  const code = u8(region, 1);
  const kind = type === 1 ? UNREACHABLE[code] : KINDS[type];
  const isEcho = type === 128 || type === 129;
  const header = {
    family: 6 as const,
    type,
    code,
    checksum: u16(region, 2),
    length: claimedLength(region),
    ...(kind && { kind }),
    ...(isEcho && capturedLength(region) >= 6 && { id: u16(region, 4) }),
  };
  const cut = shortage<Icmp>('icmp6', region, 8);
  if (cut) return { ...cut, header };
  return {
    header: {
      ...header,
      ...(isEcho && { seq: u16(region, 6) }),
      ...(kind === 'packet-too-big' && { mtu: u32(region, 4) }),
      ...(kind === 'parameter-problem' && { pointer: u32(region, 4) }),
      ...(WITH_TARGET.has(type) && capturedLength(region) >= 24 && { target: ipv6Address(region, 8) }),
      ...(kind === 'redirect' && capturedLength(region) >= 40 && { destination: ipv6Address(region, 24) }),
    },
    rest: after(region, 8),
    isError: type >= 1 && type <= 4,
  };
}

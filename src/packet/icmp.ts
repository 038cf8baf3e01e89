import type { Icmp, IcmpKind } from './packet.ts';
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

/** An ICMP header without `embedded`: the rest is where the packet begins that an error is about, if it `isError`. */
export type IcmpLayer = Layer<Omit<Icmp, 'embedded'>> & { isError?: boolean };

const UNREACHABLE: Readonly<Record<number, IcmpKind>> = {
  0: 'net-unreachable',
  1: 'host-unreachable',
  2: 'protocol-unreachable',
  3: 'port-unreachable',
  4: 'frag-needed',
  9: 'admin-prohibited',
  10: 'admin-prohibited',
  13: 'admin-prohibited',
};
const KINDS: Readonly<Record<number, IcmpKind>> = {
  0: 'echo-reply',
  5: 'redirect',
  8: 'echo-request',
  9: 'router-advertisement',
  10: 'router-solicitation',
  11: 'time-exceeded',
  12: 'parameter-problem',
};
/** Echo, timestamp, information and address mask, each with its reply. */
const WITH_ID = new Set([0, 8, 13, 14, 15, 16, 17, 18]);
/** Unreachable, source quench, redirect, time exceeded, parameter problem. */
const ERRORS = new Set([3, 4, 5, 11, 12]);

/**
 * ICMP for IPv4: RFC 792, next-hop MTU RFC 1191.
 *
 *   |type 1|code 1|checksum 2|id 2|seq 2|data                 echo
 *   |type 1|code 1|checksum 2|unused 2|mtu 2|original packet  frag needed
 */
export function icmp4Layer(region: Region): IcmpLayer {
  const short = shortage<Icmp>('icmp', region, 4);
  if (short) return short;
  const type = u8(region, 0);
  const code = u8(region, 1);
  const kind = type === 3 ? UNREACHABLE[code] : KINDS[type];
  const header = {
    family: 4 as const,
    type,
    code,
    checksum: u16(region, 2),
    length: claimedLength(region),
    ...(kind && { kind }),
    ...(WITH_ID.has(type) && capturedLength(region) >= 6 && { id: u16(region, 4) }),
  };
  const cut = shortage<Icmp>('icmp', region, 8);
  if (cut) return { ...cut, header };
  const isError = ERRORS.has(type);
  return {
    header: {
      ...header,
      ...(WITH_ID.has(type) && { seq: u16(region, 6) }),
      ...(kind === 'frag-needed' && { mtu: u16(region, 6) }),
      ...(kind === 'redirect' && { gateway: ipv4Address(region, 4) }),
      ...(kind === 'parameter-problem' && { pointer: u8(region, 4) }),
    },
    rest: isError ? original(region) : after(region, 8),
    isError,
  };
}

/** Where a router appends extensions, byte 5 says how long the original packet before them is, in words of 4 bytes (RFC 4884). */
function original(region: Region): Region {
  const rest = after(region, 8);
  const length = [3, 11, 12].includes(u8(region, 0)) ? u8(region, 5) * 4 : 0;
  return length > 0 && length < capturedLength(rest) ? first(rest, length) : rest;
}

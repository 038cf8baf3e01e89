import { ipv6Address } from './ipv6-address.ts';
import type { Fragment, Ipv6 } from './packet.ts';
import {
  after,
  capturedLength,
  claimedLength,
  first,
  shortage,
  u8,
  u16,
  u32,
  type Layer,
  type Region,
} from './region.ts';

const HOP_BY_HOP = 0;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const TCP = 6;
const UDP = 17;
/** Those of the form |next header 1|length in units of 8 bytes, less one 1|data|. */
const OPTION_HEADERS = new Set([HOP_BY_HOP, 43, 60, 135, 139, 140]);

/** RFC 8200. The rest starts after the extension headers and ends where Payload Length says. */
export function ipv6Layer(region: Region): Layer<Ipv6> {
  const short = shortage<Ipv6>('ipv6', region, 40);
  if (short) return short;
  const version = u8(region, 0) >> 4;
  if (version !== 6) return { rest: region, malformed: `ipv6: version ${version}` };
  const nextHeader = u8(region, 6);
  const totalLength = ipv6TotalLength(region, nextHeader);
  const packet = first(region, totalLength);
  const { extensions, protocol, fragment, rest, problem } = extensionHeaders(after(packet, 40), nextHeader);
  const header: Ipv6 = {
    family: 6,
    source: ipv6Address(region, 8),
    destination: ipv6Address(region, 24),
    headerLength: rest.start - region.start,
    totalLength,
    tos: (u16(region, 0) >> 4) & 0xff,
    flowLabel: u32(region, 0) % 0x100000,
    ttl: u8(region, 7),
    nextHeader,
    protocol,
    extensions,
    ...(fragment && { fragment }),
  };
  const captured = capturedLength(packet);
  const missing =
    captured < totalLength ? { truncated: `ipv6: ${totalLength} bytes, ${captured} of them captured` } : {};
  return { header, rest, ...missing, ...problem };
}

/**
 * Payload Length 0 means: nothing follows, or the length is in a jumbo payload option (|0xc2|4|length 4|, RFC 2675), or segmentation is still
 * to come (BIG TCP).
 */
function ipv6TotalLength(region: Region, nextHeader: number): number {
  const payloadLength = u16(region, 4);
  if (payloadLength !== 0) return 40 + payloadLength;
  const options = after(region, 40);
  if (nextHeader === HOP_BY_HOP && capturedLength(options) >= 8 && u16(options, 2) === 0xc204)
    return 40 + u32(options, 4);
  return nextHeader === TCP || nextHeader === UDP ? claimedLength(region) : 40;
}

interface Extensions {
  extensions: number[];
  /** Of what comes after the last one. */
  protocol: number;
  fragment?: Fragment;
  rest: Region;
  problem?: { truncated?: string; malformed?: string };
}

function extensionHeaders(region: Region, nextHeader: number): Extensions {
  const extensions: number[] = [];
  let fragment: Fragment | undefined;
  let protocol = nextHeader;
  // Behind a fragment header other than the first of its packet there is no header, only data.
  while (isExtension(protocol) && !(fragment && fragment.offset > 0)) {
    const length = extensionLength(region, protocol);
    const problem = shortage<never>('ipv6 extension header', region, Math.max(8, length));
    if (problem) return { extensions, protocol, ...(fragment && { fragment }), rest: region, problem };
    extensions.push(protocol);
    if (protocol === FRAGMENT)
      fragment = { id: u32(region, 4), offset: u16(region, 2) & 0xfff8, more: (u8(region, 3) & 1) !== 0 };
    protocol = u8(region, 0);
    region = after(region, length);
  }
  return { extensions, protocol, ...(fragment && { fragment }), rest: region };
}

function isExtension(protocol: number): boolean {
  return OPTION_HEADERS.has(protocol) || protocol === FRAGMENT || protocol === AUTHENTICATION;
}

function extensionLength(region: Region, protocol: number): number {
  if (protocol === FRAGMENT) return 8;
  return protocol === AUTHENTICATION ? (u8(region, 1) + 2) * 4 : (u8(region, 1) + 1) * 8;
}

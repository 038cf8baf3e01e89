import { arpLayer } from './arp.ts';
import { ethernetLayer } from './ethernet.ts';
import { icmp4Layer } from './icmp.ts';
import { icmp6Layer } from './icmp6.ts';
import { ipv4Layer } from './ipv4.ts';
import { ipv6Layer } from './ipv6.ts';
import type { Ip, Packet } from './packet.ts';
import { LINK_TYPE } from './pcap.ts';
import { capturedLength, claimedLength, u8, type Layer, type Region } from './region.ts';
import { sll2Layer } from './sll2.ts';
import { tcpLayer, tcpStart } from './tcp.ts';
import { udpLayer } from './udp.ts';
import { VXLAN_PORTS, vxlanLayer } from './vxlan.ts';

export type { Packet };

export interface DecodeOptions {
  /** LINKTYPE_* of the capture: 1 Ethernet (default), 101 bare IP, 276 Linux cooked v2. */
  linkType?: number;
  /** Length on the wire, bytes, where the capture cut the frame off; default: that of the bytes. */
  lengthBytes?: number;
  /** UDP destination ports that carry VXLAN; default 8472 and 4789. */
  vxlanPorts?: ReadonlySet<number>;
}

interface Context {
  vxlanPorts: ReadonlySet<number>;
  /** Frames and packets around this one. */
  depth: number;
}

/** Packets inside packets, VXLAN or quoted by ICMP, are read this deep. */
const DEEPEST = 8;

/**
 * Reads a frame as far as it can be read; never throws, whatever the bytes. Stateless: fragments are not put together, checksums not
 * verified.
 */
export function decode(bytes: Uint8Array, options: DecodeOptions = {}): Packet {
  const end = Math.max(bytes.length, options.lengthBytes ?? 0);
  const region: Region = { bytes, start: 0, end, limit: bytes.length };
  const context = { vxlanPorts: options.vxlanPorts ?? VXLAN_PORTS, depth: 0 };
  const linkType = options.linkType ?? LINK_TYPE.ethernet;
  if (linkType === LINK_TYPE.ethernet) return ethernetFrame(region, context);
  if (linkType === LINK_TYPE.linuxSll2) return cookedFrame(region, context);
  if (linkType === LINK_TYPE.raw) return ipPacket(region, context);
  return { ...undecoded(region), malformed: `link type ${linkType} is not one that is decoded` };
}

function ethernetFrame(region: Region, context: Context): Packet {
  const { header, rest, ...problem } = ethernetLayer(region);
  if (!header) return { ...undecoded(rest), ...problem };
  // In an 802.3 frame the length field leaves out padding.
  const paddingBytes = Math.max(0, region.end - rest.end);
  const packet = networkPacket(header.etherType, rest, context);
  return { ethernet: header, ...problem, ...packet, paddingBytes: paddingBytes + packet.paddingBytes };
}

function cookedFrame(region: Region, context: Context): Packet {
  const { header, rest, ...problem } = sll2Layer(region);
  if (!header) return { ...undecoded(rest), ...problem };
  return { sll2: header, ...problem, ...networkPacket(header.protocol, rest, context) };
}

function networkPacket(etherType: number | undefined, region: Region, context: Context): Packet {
  if (etherType === 0x0800) return packetOfIp(ipv4Layer(region), region, context);
  if (etherType === 0x86dd) return packetOfIp(ipv6Layer(region), region, context);
  if (etherType === 0x0806 || etherType === 0x8035) return arpPacket(region);
  return undecoded(region);
}

function arpPacket(region: Region): Packet {
  const { header, rest, ...problem } = arpLayer(region);
  if (!header) return { ...undecoded(rest), ...problem };
  return { arp: header, ...problem, ...undecoded(rest), paddingBytes: Math.max(0, region.end - rest.end) };
}

/** A packet without link layer: which family, the version field says. */
function ipPacket(region: Region, context: Context): Packet {
  const layer = u8(region, 0) >> 4 === 6 ? ipv6Layer(region) : ipv4Layer(region);
  return packetOfIp(layer, region, context);
}

function packetOfIp({ header, rest, ...problem }: Layer<Ip>, region: Region, context: Context): Packet {
  if (!header) return { ...undecoded(rest), ...problem };
  const transport =
    header.fragment && header.fragment.offset > 0 ? undecoded(rest) : transportPacket(header, rest, context);
  return { ip: header, ...problem, ...transport, paddingBytes: Math.max(0, region.end - rest.end) };
}

function transportPacket(ip: Ip, region: Region, context: Context): Packet {
  if (ip.protocol === 17) return udpPacket(region, ip.fragment !== undefined, context);
  if (ip.protocol === 6) return tcpPacket(region);
  if (ip.protocol === 1 && ip.family === 4) return icmpPacket(icmp4Layer(region), context);
  if (ip.protocol === 58 && ip.family === 6) return icmpPacket(icmp6Layer(region), context);
  if (ip.protocol === 4) return { inner: packetInside(ipv4Layer, region, context), ...undecoded(region) };
  if (ip.protocol === 41) return { inner: packetInside(ipv6Layer, region, context), ...undecoded(region) };
  return undecoded(region);
}

function packetInside(
  layer: (region: Region) => Layer<Ip>,
  region: Region,
  { depth, ...context }: Context,
): Packet {
  if (depth === DEEPEST) return tooDeep(region);
  return packetOfIp(layer(region), region, { ...context, depth: depth + 1 });
}

function tcpPacket(region: Region): Packet {
  const { header, rest, ...problem } = tcpLayer(region);
  const start = header ? undefined : tcpStart(region);
  return {
    ...(header && { tcp: header }),
    ...(start && { tcpStart: start }),
    ...undecoded(rest),
    ...problem,
  };
}

function icmpPacket(
  { header, rest, isError, ...problem }: ReturnType<typeof icmp4Layer>,
  context: Context,
): Packet {
  const payload = { ...undecoded(rest), ...problem };
  if (!header) return payload;
  if (!isError || capturedLength(rest) === 0) return { icmp: header, ...payload };
  const embedded = packetInside(header.family === 4 ? ipv4Layer : ipv6Layer, rest, context);
  return { icmp: { ...header, embedded }, ...payload };
}

function udpPacket(region: Region, isFragment: boolean, context: Context): Packet {
  const { header, rest, ...problem } = udpLayer(region, isFragment);
  if (!header) return { ...undecoded(rest), ...problem };
  const udp = { udp: header, ...undecoded(rest), ...problem };
  if (header.length < 8 || !context.vxlanPorts.has(header.destinationPort)) return udp;
  const vxlan = vxlanLayer(rest, header.destinationPort);
  if (!vxlan.header) return { ...udp, ...vxlanProblem(vxlan) };
  return {
    ...udp,
    vxlan: vxlan.header,
    inner: innerFrame(vxlan.rest, context),
    payload: undecoded(vxlan.rest).payload,
  };
}

function vxlanProblem({ truncated, malformed }: Layer<unknown>): { truncated?: string; malformed?: string } {
  return { ...(truncated !== undefined && { truncated }), ...(malformed !== undefined && { malformed }) };
}

function innerFrame(region: Region, { depth, ...context }: Context): Packet {
  return depth === DEEPEST ? tooDeep(region) : ethernetFrame(region, { ...context, depth: depth + 1 });
}

function tooDeep(region: Region): Packet {
  return { ...undecoded(region), malformed: `packets inside packets, more than ${DEEPEST} deep` };
}

function undecoded(region: Region): Packet {
  return {
    payload: { offset: region.start, length: claimedLength(region), captured: capturedLength(region) },
    paddingBytes: 0,
  };
}

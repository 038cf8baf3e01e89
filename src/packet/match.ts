import { arrowHolds, parseArrow, renderArrow, type Arrow } from './arrow.ts';
import { packetOf } from './captured.ts';
import { describe } from './describe.ts';
import type { CapturedFrame, FrameExpectation } from './expectation.ts';
import { normalIpv6 } from './ipv6-address.ts';
import type { Arp, Packet } from './packet.ts';

/** What of a frame is not in its bytes. A CapturedFrame is such. */
export interface FrameMeta {
  direction: 'in' | 'out';
  lengthBytes: number;
}

interface Mismatch {
  text: string;
  /** The frame has nothing of the kind that the key speaks of: it is further away than one with another value. */
  absent: boolean;
}

/**
 * Why the frame does not fit the expectation, one reason for each key that does not hold; empty when it fits.
 *
 *   outer: want 192.168.0.21 > 192.168.0.22, got 192.168.0.22 > 192.168.0.21
 *   icmp: want echo-request, got no ICMP: IP 10.0.0.1.5000 > 10.0.0.2.53: UDP, length 20
 */
export function mismatches(want: FrameExpectation, packet: Packet, meta: FrameMeta): string[] {
  return allMismatches(want, packet, meta).map(({ text }) => text);
}

/** A frame that does not fit, and why. */
export interface NearFrame {
  frame: CapturedFrame;
  packet: Packet;
  reasons: string[];
}

/** The frames that miss the expectation in the fewest keys, the best first; at equal distance the earlier. */
export function nearest(
  want: FrameExpectation,
  frames: readonly CapturedFrame[],
  { count = 3 }: { count?: number } = {},
): NearFrame[] {
  return frames
    .map((frame) => {
      const packet = packetOf(frame);
      return { frame, packet, found: allMismatches(want, packet, frame) };
    })
    .toSorted((a, b) => a.found.length - b.found.length || absences(a.found) - absences(b.found))
    .slice(0, count)
    .map(({ frame, packet, found }) => ({ frame, packet, reasons: found.map(({ text }) => text) }));
}

function absences(found: readonly Mismatch[]): number {
  return found.filter(({ absent }) => absent).length;
}

/** Does the frame carry this tag anywhere? An empty tag is in none: a probe without a tag must not claim every frame. */
export function contains(bytes: Uint8Array, tag: Uint8Array): boolean {
  return tag.length > 0 && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(tag) >= 0;
}

function allMismatches(want: FrameExpectation, packet: Packet, meta: FrameMeta): Mismatch[] {
  const isEncapsulated = [want.outer, want.inner, want.vxlan, want.outerEther, want.innerEther].some(
    (key) => key !== undefined,
  );
  const subject = isEncapsulated ? packet.inner : packet;
  const outer = packet.inner && packet;
  return [
    ...bare(want.ip, packet),
    ...ends('outer', want.outer, outer, ipEnds),
    ...ends('outerEther', want.outerEther, outer, etherEnds),
    ...vxlan(want.vxlan, packet),
    ...ends('inner', want.inner, packet.inner, ipEnds),
    ...ends('innerEther', want.innerEther, packet.inner, etherEnds),
    ...ends('ether', want.ether, packet, etherEnds),
    ...value('icmp', want.icmp, icmpWord(subject), () => `no ICMP: ${seen(subject)}`),
    ...value('mtu', want.mtu, subject?.icmp?.mtu, () => `no frag-needed message: ${seen(subject)}`),
    ...arp(want.arp, subject),
    ...ends('udp', want.udp, subject, udpEnds),
    ...ends('tcp', want.tcp, subject, tcpEnds),
    ...value('ttl', want.ttl, subject?.ip?.ttl, () => `no IP: ${seen(subject)}`),
    ...value('df', want.df, dontFragment(subject), () => `no IPv4: ${seen(subject)}`),
    ...value('length', want.length, packet.ip?.totalLength, () => `no IP: ${seen(packet)}`),
    ...value('direction', want.direction, meta.direction, nothing),
  ];
}

function mismatch(key: string, want: unknown, got: unknown, absent: boolean): Mismatch[] {
  return [{ text: `${key}: want ${String(want)}, got ${String(got)}`, absent }];
}

/** `otherwise` is what to say where the frame has no such value. */
function value<Value>(
  key: string,
  want: Value | undefined,
  got: Value | undefined,
  otherwise: () => string,
): Mismatch[] {
  if (want === undefined || want === got) return [];
  return mismatch(key, want, got ?? otherwise(), got === undefined);
}

function nothing(): string {
  return 'nothing';
}

/** What a frame is instead. */
function seen(packet: Packet | undefined): string {
  return packet ? describe(packet) : 'the frame is not encapsulated';
}

type EndsOf = (packet: Packet) => { ends: Arrow | undefined; name: string; normal: (side: string) => string };

function ends(key: string, want: string | undefined, packet: Packet | undefined, endsOf: EndsOf): Mismatch[] {
  if (want === undefined) return [];
  const arrow = parseArrow(want);
  if (!arrow)
    return mismatch(key, want, 'an expectation that is not of the form `source > destination`', false);
  if (!packet) return mismatch(key, want, seen(packet), true);
  const { ends: got, name, normal } = endsOf(packet);
  if (!got) return mismatch(key, renderArrow(arrow), `no ${name}: ${seen(packet)}`, true);
  return arrowHolds(arrow, got, normal) ? [] : mismatch(key, renderArrow(arrow), renderArrow(got), false);
}

const ipEnds: EndsOf = ({ ip }) => ({ ends: ip, name: 'IP', normal: normalIpv6 });
const etherEnds: EndsOf = ({ ethernet }) => ({
  ends: ethernet,
  name: 'Ethernet',
  normal: (side) => side.toLowerCase(),
});
const udpEnds: EndsOf = ({ udp }) => ({ ends: ports(udp), name: 'UDP', normal: String });
const tcpEnds: EndsOf = ({ tcp, tcpStart }) => ({
  ends: ports(tcp ?? tcpStart),
  name: 'TCP',
  normal: String,
});

function ports(header: { sourcePort: number; destinationPort: number } | undefined): Arrow | undefined {
  return header && { source: String(header.sourcePort), destination: String(header.destinationPort) };
}

/** `ip` is for a frame that is not encapsulated. */
function bare(want: string | undefined, packet: Packet): Mismatch[] {
  if (want !== undefined && packet.inner)
    return mismatch('ip', `${want} and no encapsulation`, describe(packet), true);
  return ends('ip', want, packet, ipEnds);
}

function vxlan(want: FrameExpectation['vxlan'], packet: Packet): Mismatch[] {
  if (want === undefined) return [];
  const got = packet.vxlan;
  if (!got)
    return mismatch(
      'vxlan',
      want.vni === undefined ? 'VXLAN' : `vni ${want.vni}`,
      `none: ${seen(packet)}`,
      true,
    );
  const vni = got.vniValid ? got.vni : undefined;
  return [
    ...value('vxlan.vni', want.vni, vni, () => `none: the I flag is unset (the field says ${got.vni})`),
    ...value('vxlan.port', want.port, got.port, nothing),
  ];
}

function icmpWord(packet: Packet | undefined): string | undefined {
  const icmp = packet?.icmp;
  return icmp && (icmp.kind ?? `type ${icmp.type} code ${icmp.code}`);
}

function dontFragment(packet: Packet | undefined): boolean | undefined {
  return packet?.ip?.family === 4 ? packet.ip.df : undefined;
}

/** `who-has ADDRESS` fits a request, `is-at MAC` a reply. */
function arp(want: string | undefined, packet: Packet | undefined): Mismatch[] {
  if (want === undefined) return [];
  const [word, what = '', ...more] = want.trim().split(/\s+/);
  if ((word !== 'who-has' && word !== 'is-at') || what === '' || more.length > 0)
    return mismatch('arp', want, 'an expectation that is neither `who-has ADDRESS` nor `is-at MAC`', false);
  if (!packet?.arp) return mismatch('arp', want, `no ARP: ${seen(packet)}`, true);
  const got = arpWords(packet.arp);
  return got === `${word} ${what.toLowerCase()}` ? [] : mismatch('arp', want, got, false);
}

function arpWords({ operation, targetAddress, senderMAC, opcode }: Arp): string {
  if (operation === 'request') return `who-has ${targetAddress}`;
  return operation === 'reply' ? `is-at ${senderMAC}` : `operation ${opcode}`;
}

import { describeIcmp } from './describe-icmp.ts';
import { describeTcp } from './describe-tcp.ts';
import type { Arp, Ip, Packet, Vlan } from './packet.ts';

/**
 * One line for a frame, in tcpdump's words (`tcpdump -nn -S`), with what it prints only on request: VLAN tags, the place of a fragment in
 * its packet as `(frag id:length@offset)` with a `+` where more follow, and what could not be read.
 *
 *   IP 192.168.0.21.43210 > 192.168.0.22.8472: VXLAN vni 1: IP 172.30.76.7 > 172.30.9.2: ICMP echo request, id 7, seq 1, length 64
 *
 * `lengthBytes`: on the wire, for frames of which no more than the length is said.
 */
export function describe(packet: Packet, lengthBytes?: number): string {
  const line = `${linkPrefix(packet)}${network(packet, lengthBytes)}`;
  const notes = [packet.malformed, packet.inner ? undefined : packet.truncated].filter(
    (note) => note !== undefined,
  );
  return [line, ...notes.map((note) => `[|${note}]`)].join(' ');
}

const COOKED_TYPES = {
  'to-us': 'In',
  broadcast: 'B',
  multicast: 'M',
  'to-other': 'P',
  'from-us': 'Out',
  unknown: '?',
} as const;

function linkPrefix({ ethernet, sll2 }: Packet): string {
  const device = sll2 ? `if${sll2.interfaceIndex} ${COOKED_TYPES[sll2.packetType]} ` : '';
  const vlans = (ethernet ?? sll2)?.vlans ?? [];
  return device + vlans.map(vlan).join('');
}

function vlan({ id, priority }: Vlan): string {
  return `vlan ${id}, p ${priority}, `;
}

function network(packet: Packet, lengthBytes: number | undefined): string {
  if (packet.ip) return ip(packet, packet.ip);
  if (packet.arp) return arp(packet.arp, packet.paddingBytes);
  const { ethernet, sll2, payload, paddingBytes } = packet;
  const length =
    lengthBytes ?? payload.length + paddingBytes + (ethernet ? 14 + 4 * ethernet.vlans.length : 0);
  const type = ethernet?.etherType ?? sll2?.protocol;
  const what = type === undefined ? (ethernet ? '802.3' : 'frame') : `ethertype 0x${hex(type, 4)}`;
  return `${ethernet ? `${ethernet.source} > ${ethernet.destination}, ` : ''}${what}, length ${length}`;
}

function arp(header: Arp, paddingBytes: number): string {
  const { senderMAC, senderAddress, targetMAC, targetAddress, hardwareLength, protocolLength } = header;
  const length = 8 + 2 * (hardwareLength + protocolLength) + paddingBytes;
  return `ARP, ${message()}, length ${length}`;

  function message(): string {
    if (header.operation === 'reverse-request')
      return `Reverse Request who-is ${targetMAC} tell ${senderMAC}`;
    if (header.operation === 'reverse-reply') return `Reverse Reply ${targetMAC} at ${targetAddress}`;
    if (header.protocolType !== 0x0800 || protocolLength !== 4)
      return `hardware type ${header.hardwareType} (len ${hardwareLength}), protocol 0x${hex(header.protocolType, 4)} (len ${protocolLength})`;
    if (header.operation === 'reply') return `Reply ${senderAddress} is-at ${senderMAC}`;
    if (header.operation !== 'request') return `Unknown (${header.opcode})`;
    const known = /[1-9a-f]/.test(targetMAC) ? ` (${targetMAC})` : '';
    return `Request who-has ${targetAddress}${known} tell ${senderAddress}`;
  }
}

const EXTENSION_WORDS: Readonly<Record<number, string>> = { 0: 'HBH ', 43: 'RT6 ', 51: 'AH ', 60: 'DSTOPT ' };

function ip(packet: Packet, header: Ip): string {
  const ports = packet.udp ?? packet.tcp ?? packet.tcpStart;
  const { source, destination } = header;
  if (header.family === 4) {
    const ends = ports
      ? `${source}.${ports.sourcePort} > ${destination}.${ports.destinationPort}`
      : `${source} > ${destination}`;
    return `IP ${ends}: ${transport(packet, header)}${fragment4(header)}`;
  }
  if (header.extensions.length === 0 && ports)
    return `IP6 ${source}.${ports.sourcePort} > ${destination}.${ports.destinationPort}: ${transport(packet, header)}`;
  const extensions = header.extensions.map((type) =>
    type === 44 ? fragment6(header) : (EXTENSION_WORDS[type] ?? `ip-proto-${type} `),
  );
  const inside = ports ? `${ports.sourcePort} > ${ports.destinationPort}: ` : '';
  return `IP6 ${source} > ${destination}: ${extensions.join('')}${inside}${transport(packet, header)}`.trimEnd();
}

/** Bytes after the IP header, as that says. */
function ipPayloadLength(header: Ip): number {
  return Math.max(0, header.totalLength - header.headerLength);
}

function fragment4(header: Ip): string {
  if (!header.fragment) return '';
  const { id, offset, more } = header.fragment;
  return ` (frag ${id}:${ipPayloadLength(header)}@${offset}${more ? '+' : ''})`;
}

function fragment6(header: Ip): string {
  return header.fragment ? `frag (${header.fragment.offset}|${ipPayloadLength(header)}) ` : '';
}

function transport(packet: Packet, header: Ip): string {
  const { icmp, udp, tcp, vxlan, inner } = packet;
  if (icmp) return describeIcmp(icmp);
  if (tcp) return describeTcp(tcp, packet.payload.length);
  if (inner && !vxlan) return describe(inner);
  if (vxlan && inner) {
    const group = vxlan.group === undefined ? '' : ` group ${vxlan.group}`;
    return `VXLAN vni ${vxlan.vni}${vxlan.vniValid ? '' : ' (I flag unset)'}${group}: ${describe(inner)}`;
  }
  if (packet.tcpStart) return 'TCP';
  if (udp) return `UDP, length ${Math.max(0, udp.length - 8)}`;
  if (header.fragment && header.fragment.offset > 0)
    return header.family === 4 ? `ip-proto-${header.protocol}` : '';
  if (header.protocol === 59 && header.family === 6) return 'no next header';
  return `ip-proto-${header.protocol} ${ipPayloadLength(header)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

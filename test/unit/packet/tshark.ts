import type { Packet } from '../../../src/packet/packet.ts';
import { printed } from './captures.ts';

/**
 * tshark's reading of a capture file and ours, in one form: for each frame and each field of Wireshark's, its values from the outermost
 * layer to the innermost, as numbers in decimal and addresses in text.
 */
export type Reading = Record<string, string[]>;

type Values = string | number | boolean | undefined;

interface Field {
  /** Ours, from one level of the packet; undefined where this level has no such field. */
  ours: (packet: Packet) => Values | readonly Values[];
  /** tshark's text in our form; default: `0x` numbers to decimal. */
  theirs?: (text: string) => string;
}

const v4 = (packet: Packet) => (packet.ip?.family === 4 ? packet.ip : undefined);
const v6 = (packet: Packet) => (packet.ip?.family === 6 ? packet.ip : undefined);
const icmp4 = (packet: Packet) => (packet.icmp?.family === 4 ? packet.icmp : undefined);
const icmp6 = (packet: Packet) => (packet.icmp?.family === 6 ? packet.icmp : undefined);
const arp4 = (packet: Packet) => (packet.arp?.protocolType === 0x0800 ? packet.arp : undefined);
const arpMac = (packet: Packet) => (packet.arp?.hardwareLength === 6 ? packet.arp : undefined);
const tcpOption = (packet: Packet, kind: string) =>
  packet.tcp?.options.find((option) => option.kind === kind);
const bit = (text: string) => String(['1', 'True', 'true'].includes(text));

const FIELDS: Record<string, Field> = {
  'eth.src': { ours: ({ ethernet }) => ethernet?.source },
  'eth.dst': { ours: ({ ethernet }) => ethernet?.destination },
  'vlan.id': {
    ours: ({ ethernet }) => ethernet?.vlans.filter(({ tpid }) => tpid !== 0x88a8).map(({ id }) => id),
  },
  'vlan.priority': {
    ours: ({ ethernet }) =>
      ethernet?.vlans.filter(({ tpid }) => tpid !== 0x88a8).map(({ priority }) => priority),
  },
  'ieee8021ad.id': {
    ours: ({ ethernet }) => ethernet?.vlans.filter(({ tpid }) => tpid === 0x88a8).map(({ id }) => id),
  },
  'eth.len': { ours: ({ ethernet }) => (ethernet?.vlans.length ? undefined : ethernet?.length) },
  'sll.ifindex': { ours: ({ sll2 }) => sll2?.interfaceIndex },
  'sll.hatype': { ours: ({ sll2 }) => sll2?.hardwareType },
  'sll.etype': { ours: ({ sll2 }) => (sll2 && sll2.protocol >= 1536 ? sll2.protocol : undefined) },
  'arp.opcode': { ours: ({ arp }) => arp?.opcode },
  'arp.src.hw_mac': { ours: (packet) => arpMac(packet)?.senderMAC },
  'arp.dst.hw_mac': { ours: (packet) => arpMac(packet)?.targetMAC },
  'arp.src.proto_ipv4': { ours: (packet) => arp4(packet)?.senderAddress },
  'arp.dst.proto_ipv4': { ours: (packet) => arp4(packet)?.targetAddress },
  'ip.src': { ours: (packet) => v4(packet)?.source },
  'ip.dst': { ours: (packet) => v4(packet)?.destination },
  'ip.hdr_len': { ours: (packet) => v4(packet)?.headerLength },
  'ip.len': { ours: (packet) => v4(packet)?.totalLength },
  'ip.dsfield': { ours: (packet) => v4(packet)?.tos },
  'ip.id': { ours: (packet) => v4(packet)?.id },
  'ip.flags.df': { ours: (packet) => v4(packet)?.df, theirs: bit },
  'ip.flags.mf': { ours: (packet) => v4(packet) && (v4(packet)?.fragment?.more ?? false), theirs: bit },
  'ip.ttl': { ours: (packet) => v4(packet)?.ttl },
  'ip.proto': { ours: (packet) => v4(packet)?.protocol },
  'ip.checksum': { ours: (packet) => v4(packet)?.checksum },
  'ip.opt.type': { ours: (packet) => v4(packet)?.options },
  'ipv6.src': { ours: (packet) => v6(packet)?.source },
  'ipv6.dst': { ours: (packet) => v6(packet)?.destination },
  'ipv6.hlim': { ours: (packet) => v6(packet)?.ttl },
  'ipv6.tclass': { ours: (packet) => v6(packet)?.tos },
  'ipv6.flow': { ours: (packet) => v6(packet)?.flowLabel },
  'ipv6.nxt': { ours: (packet) => v6(packet)?.nextHeader },
  'ipv6.plen': { ours: ({ ip }) => (ip?.family === 6 ? ip.totalLength - 40 : undefined) },
  'ipv6.fraghdr.more': { ours: (packet) => v6(packet)?.fragment?.more, theirs: bit },
  'ipv6.fraghdr.ident': { ours: (packet) => v6(packet)?.fragment?.id },
  'icmp.type': { ours: (packet) => icmp4(packet)?.type },
  'icmp.code': { ours: (packet) => icmp4(packet)?.code },
  'icmp.checksum': { ours: (packet) => icmp4(packet)?.checksum },
  'icmp.ident': { ours: (packet) => icmp4(packet)?.id },
  'icmp.seq': { ours: (packet) => icmp4(packet)?.seq },
  'icmp.mtu': { ours: (packet) => icmp4(packet)?.mtu },
  'icmp.redir_gw': { ours: (packet) => icmp4(packet)?.gateway },
  'icmpv6.type': { ours: (packet) => icmp6(packet)?.type },
  'icmpv6.code': { ours: (packet) => icmp6(packet)?.code },
  'icmpv6.checksum': { ours: (packet) => icmp6(packet)?.checksum },
  'icmpv6.echo.identifier': { ours: (packet) => icmp6(packet)?.id },
  'icmpv6.echo.sequence_number': { ours: (packet) => icmp6(packet)?.seq },
  'icmpv6.mtu': { ours: (packet) => icmp6(packet)?.mtu },
  'icmpv6.pointer': { ours: (packet) => icmp6(packet)?.pointer },
  'icmpv6.nd.ns.target_address': { ours: ({ icmp }) => (icmp?.type === 135 ? icmp.target : undefined) },
  'icmpv6.nd.na.target_address': { ours: ({ icmp }) => (icmp?.type === 136 ? icmp.target : undefined) },
  'udp.srcport': { ours: ({ udp }) => udp?.sourcePort },
  'udp.dstport': { ours: ({ udp }) => udp?.destinationPort },
  'udp.length': { ours: ({ udp }) => udp?.length },
  'udp.checksum': { ours: ({ udp }) => udp?.checksum },
  'tcp.srcport': { ours: ({ tcp, tcpStart }) => (tcp ?? tcpStart)?.sourcePort },
  'tcp.dstport': { ours: ({ tcp, tcpStart }) => (tcp ?? tcpStart)?.destinationPort },
  'tcp.seq_raw': { ours: ({ tcp, tcpStart }) => (tcp ?? tcpStart)?.seq },
  'tcp.ack_raw': { ours: ({ tcp }) => tcp?.ack },
  'tcp.hdr_len': { ours: ({ tcp }) => tcp?.headerLength },
  'tcp.flags': { ours: ({ tcp }) => tcp?.flagBits },
  'tcp.window_size_value': { ours: ({ tcp }) => tcp?.window },
  'tcp.checksum': { ours: ({ tcp }) => tcp?.checksum },
  'tcp.urgent_pointer': { ours: ({ tcp }) => tcp?.urgentPointer },
  'tcp.len': { ours: ({ tcp, payload }) => tcp && payload.length },
  'tcp.options.mss_val': {
    ours: (packet) => {
      const option = tcpOption(packet, 'mss');
      return option?.kind === 'mss' ? option.value : undefined;
    },
  },
  'tcp.options.timestamp.tsval': {
    ours: (packet) => {
      const option = tcpOption(packet, 'TS');
      return option?.kind === 'TS' ? option.value : undefined;
    },
  },
  'vxlan.vni': { ours: ({ vxlan }) => vxlan?.vni },
  'vxlan.flag_i': { ours: ({ vxlan }) => vxlan?.vniValid, theirs: bit },
};

/** Wireshark renames a field now and then; one that this tshark does not have is left out on both sides. More than a few are an error. */
const MOST_LACKING = 4;

export function tsharkReading(file: string): Reading[] {
  for (;;) {
    try {
      return readingOf(file);
    } catch (error) {
      const [, list = ''] = /Some fields aren't valid:\n((?:\s+\S+\n?)+)/.exec(String(error)) ?? [];
      const lacking = list.split('\n').flatMap((name) => (FIELDS[name.trim()] ? [name.trim()] : []));
      if (lacking.length === 0 || lacking.length > MOST_LACKING) throw error;
      for (const name of lacking) delete FIELDS[name];
    }
  }
}

function readingOf(file: string): Reading[] {
  const names = Object.keys(FIELDS);
  const options = [
    ...['ip.defragment:FALSE', 'ipv6.defragment:FALSE', 'tcp.relative_sequence_numbers:FALSE'].flatMap(
      (o) => ['-o', o],
    ),
    ...['udp.port==8472,vxlan', 'udp.port==4789,vxlan'].flatMap((rule) => ['-d', rule]),
  ];
  const args = ['-n', '-r', file, '-T', 'fields', '-E', 'occurrence=a', '-E', 'aggregator=,', ...options];
  const lines = printed('tshark', ...args, ...names.flatMap((name) => ['-e', name])).split('\n');
  return lines.slice(0, -1).map((line) => {
    const columns = line.split('\t');
    const reading: Reading = {};
    for (const [index, name] of names.entries()) {
      const text = columns[index] ?? '';
      if (text !== '') reading[name] = text.split(',').map(FIELDS[name]?.theirs ?? decimal);
    }
    return reading;
  });
}

function decimal(text: string): string {
  return /^0x[0-9a-f]+$/.test(text) ? String(Number(text)) : text;
}

export function ourReading(packet: Packet): Reading {
  const reading: Reading = {};
  for (const [name, { ours }] of Object.entries(FIELDS)) {
    const values = levels(packet)
      .flatMap((level) => ours(level))
      .filter((value) => value !== undefined);
    if (values.length > 0) reading[name] = values.map(String);
  }
  return reading;
}

/** A packet and those inside it, outermost first: the order in which tshark meets them. */
function levels(packet: Packet): Packet[] {
  return [packet, packet.icmp?.embedded, packet.inner].flatMap((level, index) =>
    level === undefined ? [] : index === 0 ? [level] : levels(level),
  );
}

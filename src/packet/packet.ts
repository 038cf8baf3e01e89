/**
 * A decoded frame: plain data, one optional field for each layer that was found.
 *
 *   ethernet ── ip ── udp ── vxlan ── inner: ethernet ── ip ── icmp ── embedded: ip ── udp
 *
 * `inner` is the frame inside a VXLAN packet or the packet inside an IP packet, `icmp.embedded` the start of the packet that an ICMP error is about. A layer that is there
 * has all its fields; the first layer that could not be read is absent, and `truncated` or `malformed` says why.
 */
export interface Packet {
  readonly ethernet?: Ethernet;
  readonly sll2?: LinuxSll2;
  readonly arp?: Arp;
  readonly ip?: Ip;
  readonly icmp?: Icmp;
  readonly udp?: Udp;
  readonly tcp?: Tcp;
  /** The first eight bytes of a TCP header, where no more is there: an ICMP error need not quote more. */
  readonly tcpStart?: TcpStart;
  readonly vxlan?: Vxlan;
  readonly inner?: Packet;
  /** What follows the last header that was read, at this level; without Ethernet padding. */
  readonly payload: Payload;
  /** Bytes after the end that the network layer names: Ethernet padding. */
  readonly paddingBytes: number;
  /** A header or its payload is longer than what was captured: which, and by how much. */
  readonly truncated?: string;
  /** A header contradicts itself or the frame that carries it: which, and how. */
  readonly malformed?: string;
}

interface Payload {
  /** Position in the bytes of the frame. */
  readonly offset: number;
  /** As the headers say, bytes. */
  readonly length: number;
  /** How many of them are in the captured bytes. */
  readonly captured: number;
}

export interface Ethernet {
  /** MAC, lower case with colons. */
  readonly source: string;
  readonly destination: string;
  /** 802.1Q and 802.1ad tags, outermost first. */
  readonly vlans: readonly Vlan[];
  /** What the payload is, after the tags; absent in an 802.3 frame with another LLC than SNAP. */
  readonly etherType?: number;
  /** The 802.3 length field, in its place. */
  readonly length?: number;
}

export interface Vlan {
  /** 0x8100 (802.1Q), 0x88a8 (802.1ad) or 0x9100. */
  readonly tpid: number;
  readonly id: number;
  readonly priority: number;
  readonly dropEligible: boolean;
}

/** Linux cooked capture v2, what `tcpdump -i any -y LINUX_SLL2` writes: https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html */
export interface LinuxSll2 {
  readonly interfaceIndex: number;
  readonly packetType: 'to-us' | 'broadcast' | 'multicast' | 'to-other' | 'from-us' | 'unknown';
  readonly direction: 'in' | 'out';
  /** ARPHRD_* of the device: 1 Ethernet, 772 loopback, 65534 none. */
  readonly hardwareType: number;
  /** Link-layer address of the sender, lower case with colons; empty where the device has none. */
  readonly source: string;
  readonly vlans: readonly Vlan[];
  /** EtherType, or a small ETH_P_* number of Linux' own: 4 is 802.3 with LLC. */
  readonly protocol: number;
}

export interface Arp {
  readonly operation: 'request' | 'reply' | 'reverse-request' | 'reverse-reply' | 'other';
  /** The number of the operation: 1 request, 2 reply ... */
  readonly opcode: number;
  readonly hardwareType: number;
  readonly protocolType: number;
  /** Lengths of one hardware and one protocol address, bytes. */
  readonly hardwareLength: number;
  readonly protocolLength: number;
  /** Lower case with colons, as many bytes as the packet says. */
  readonly senderMAC: string;
  readonly targetMAC: string;
  /** Dotted IPv4; where the packet is not about IPv4, bytes as in a MAC. */
  readonly senderAddress: string;
  readonly targetAddress: string;
}

export type Ip = Ipv4 | Ipv6;

interface IpCommon {
  readonly source: string;
  readonly destination: string;
  /** With options or extension headers, bytes. */
  readonly headerLength: number;
  /**
   * Of the packet with its header, bytes; IPv6: 40 plus Payload Length. Where the field is 0, because segmentation is still to come (BIG
   * TCP), what the frame holds.
   */
  readonly totalLength: number;
  /** Time To Live or Hop Limit. */
  readonly ttl: number;
  /** What the payload is: 1 ICMP, 6 TCP, 17 UDP, 58 ICMPv6 ... (IPv6: after the extension headers). */
  readonly protocol: number;
  /** TOS or Traffic Class: DSCP in the upper six bits, ECN in the lower two. */
  readonly tos: number;
  /** Present in every part of a fragmented packet. Only the first (offset 0) has an ICMP, UDP or TCP header. */
  readonly fragment?: Fragment;
}

export interface Fragment {
  readonly id: number;
  /** Bytes from the start of the original payload. */
  readonly offset: number;
  /** More fragments follow. */
  readonly more: boolean;
}

export interface Ipv4 extends IpCommon {
  readonly family: 4;
  readonly id: number;
  /** The don't-fragment bit. */
  readonly df: boolean;
  readonly checksum: number;
  /** Type bytes of the options in order, with paddings: 7 record route, 68 timestamp, 148 router alert ... */
  readonly options: readonly number[];
}

export interface Ipv6 extends IpCommon {
  readonly family: 6;
  readonly flowLabel: number;
  /** Next Header of the fixed header. */
  readonly nextHeader: number;
  /** Extension headers in order: 0 hop-by-hop, 43 routing, 44 fragment, 51 authentication, 60 destination options ... */
  readonly extensions: readonly number[];
}

/**
 * ICMP for either family. `kind` is the message's name for those that the tool speaks of, the same word for both families where both
 * have the message; absent for others.
 */
export interface Icmp {
  readonly family: 4 | 6;
  readonly type: number;
  readonly code: number;
  readonly checksum: number;
  readonly kind?: IcmpKind;
  /** Echo and timestamp messages. */
  readonly id?: number;
  readonly seq?: number;
  /** Next-hop MTU of frag-needed and packet-too-big, bytes; 0 from a router that predates RFC 1191. */
  readonly mtu?: number;
  /** Where a redirect points to. */
  readonly gateway?: string;
  /** Position that a parameter problem is about. */
  readonly pointer?: number;
  /** Target of an IPv6 neighbour solicitation, advertisement or redirect. */
  readonly target?: string;
  /** Destination of an IPv6 redirect. */
  readonly destination?: string;
  /** ICMP header and payload as the IP header says, bytes: the `length` that tcpdump prints. */
  readonly length: number;
  /** The start of the packet that an error is about. */
  readonly embedded?: Packet;
}

export type IcmpKind =
  | 'echo-request'
  | 'echo-reply'
  | 'net-unreachable'
  | 'host-unreachable'
  | 'protocol-unreachable'
  | 'port-unreachable'
  | 'frag-needed'
  | 'packet-too-big'
  | 'admin-prohibited'
  | 'time-exceeded'
  | 'redirect'
  | 'parameter-problem'
  | 'router-solicitation'
  | 'router-advertisement'
  | 'neighbour-solicitation'
  | 'neighbour-advertisement';

export interface Udp {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** The header's Length: with the header itself, 8 bytes. In a first fragment it is that of the whole datagram. */
  readonly length: number;
  readonly checksum: number;
}

export interface TcpStart {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly seq: number;
}

export interface Tcp extends TcpStart {
  readonly ack: number;
  /** With options, bytes. */
  readonly headerLength: number;
  /** The twelve bits of the flags field: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128, AE 256. */
  readonly flagBits: number;
  /** tcpdump's letters for them: `S`, `S.`, `P.`, `F.`, `R` ...; `none`. */
  readonly flags: string;
  readonly window: number;
  readonly checksum: number;
  readonly urgentPointer: number;
  readonly options: readonly TcpOption[];
}

export type TcpOption =
  | { readonly kind: 'eol' | 'nop' | 'sackOK' }
  | { readonly kind: 'mss' | 'wscale'; readonly value: number }
  | { readonly kind: 'TS'; readonly value: number; readonly echo: number }
  | { readonly kind: 'sack'; readonly blocks: readonly (readonly [left: number, right: number])[] }
  | { readonly kind: 'other'; readonly type: number; readonly length: number };

/** RFC 7348; the group policy extension as Linux and draft-smith-vxlan-group-policy have it. */
export interface Vxlan {
  /** The UDP destination port it was recognised by. */
  readonly port: number;
  readonly vni: number;
  /** The I flag: without it the VNI does not count, and Linux drops the packet. */
  readonly vniValid: boolean;
  /** First byte of the header; 0x08 is the I flag. */
  readonly flags: number;
  /** Group policy id, where the G flag (0x80) is set. */
  readonly group?: number;
}

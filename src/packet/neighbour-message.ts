import { ipv6Text } from './ipv6-address.ts';

/**
 * What the kernel tells about its neighbour tables and bridge FDBs (rtnetlink groups RTNLGRP_NEIGH and the answers to a dump).
 *
 *   |nlmsghdr: length 4|type 2|flags 2|sequence 4|port 4|
 *   |ndmsg: family 1|padding 3|ifindex 4|state 2|flags 1|type 1|
 *   |attribute: length 2|type 2|value, padded to 4| ...
 *
 * Numbers are in the machine's byte order, which is little endian wherever this runs; addresses in network order.
 * Source: linux/netlink.h, linux/rtnetlink.h, linux/neighbour.h.
 */
export interface NeighbourMessage {
  /** `miss`: the kernel asks user space for the entry (RTM_GETNEIGH as a notification: app_solicit, or l2miss and l3miss of VXLAN). */
  readonly type: 'new' | 'deleted' | 'miss';
  /** `bridge`: a row of a forwarding database. */
  readonly family: 4 | 6 | 'bridge' | 'other';
  readonly ifindex: number;
  /** Names of the NUD_* bits, lower case as in `ip neigh`'s nud option: incomplete, reachable, stale, delay, probe, failed, noarp, permanent. */
  readonly states: readonly string[];
  /** Names of the NTF_* bits: use, self, master, proxy, extern_learn, offload, sticky, router. */
  readonly flags: readonly string[];
  /** NDA_DST: the neighbour's IP address; for a row of a VXLAN device's FDB the remote VTEP's. */
  readonly address?: string;
  /** NDA_LLADDR: lower case with colons. */
  readonly lladdr?: string;
}

const TYPES: Readonly<Record<number, NeighbourMessage['type']>> = { 28: 'new', 29: 'deleted', 30: 'miss' };
const FAMILIES: Readonly<Record<number, NeighbourMessage['family']>> = { 2: 4, 7: 'bridge', 10: 6 };
/** In the order of their bits, from 1. */
const STATES = ['incomplete', 'reachable', 'stale', 'delay', 'probe', 'failed', 'noarp', 'permanent'];
const FLAGS = ['use', 'self', 'master', 'proxy', 'extern_learn', 'offload', 'sticky', 'router'];
const NDA_DST = 1;
const NDA_LLADDR = 2;
const NLMSG_HEADER = 16;
const NDMSG = 12;

/** The neighbour messages of a buffer in order; others are passed over, and what does not fit the form ends it. Never throws. */
export function neighbourMessages(bytes: Uint8Array): NeighbourMessage[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: NeighbourMessage[] = [];
  let at = 0;
  while (at + NLMSG_HEADER <= bytes.length) {
    const length = view.getUint32(at, true);
    if (length < NLMSG_HEADER || at + length > bytes.length) break;
    const type = TYPES[view.getUint16(at + 4, true)];
    if (type !== undefined && length >= NLMSG_HEADER + NDMSG)
      messages.push(neighbour(type, view, at, at + length));
    at += align(length);
  }
  return messages;
}

function align(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function neighbour(
  type: NeighbourMessage['type'],
  view: DataView,
  start: number,
  end: number,
): NeighbourMessage {
  const body = start + NLMSG_HEADER;
  const attributes = attributesOf(view, body + NDMSG, end);
  const address = ipText(attributes.get(NDA_DST));
  const lladdr = attributes.get(NDA_LLADDR);
  return {
    type,
    family: FAMILIES[view.getUint8(body)] ?? 'other',
    ifindex: view.getInt32(body + 4, true),
    states: names(STATES, view.getUint16(body + 8, true)),
    flags: names(FLAGS, view.getUint8(body + 10)),
    ...(address !== undefined && { address }),
    ...(lladdr !== undefined && {
      lladdr: [...lladdr].map((byte) => byte.toString(16).padStart(2, '0')).join(':'),
    }),
  };
}

function names(words: readonly string[], bits: number): string[] {
  return words.filter((_, i) => (bits & (1 << i)) !== 0);
}

function attributesOf(view: DataView, start: number, end: number): Map<number, Uint8Array> {
  const attributes = new Map<number, Uint8Array>();
  let at = start;
  while (at + 4 <= end) {
    const length = view.getUint16(at, true);
    if (length < 4 || at + length > end) break;
    const type = view.getUint16(at + 2, true) & 0x3fff; // the two upper bits are flags
    attributes.set(type, new Uint8Array(view.buffer, view.byteOffset + at + 4, length - 4));
    at += align(length);
  }
  return attributes;
}

function ipText(value: Uint8Array | undefined): string | undefined {
  if (value?.length === 4) return value.join('.');
  if (value?.length !== 16) return undefined;
  return ipv6Text(Array.from({ length: 8 }, (_, i) => ((value[2 * i] ?? 0) << 8) | (value[2 * i + 1] ?? 0)));
}

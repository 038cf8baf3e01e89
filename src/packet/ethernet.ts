import type { Ethernet, Vlan } from './packet.ts';
import {
  after,
  capturedLength,
  claimedLength,
  first,
  mac,
  shortage,
  u8,
  u16,
  u32,
  type Layer,
  type Region,
} from './region.ts';

/** Values above this are an EtherType, others the length of an 802.3 frame. */
const LONGEST_802_3 = 1500;
const TAGS = new Set([0x8100, 0x88a8, 0x9100]);

/**
 * Ethernet II, 802.3 with LLC, and the tags between:
 *
 *   |destination 6|source 6|(tpid 2|tag 2) ...|type 2|payload
 *   |destination 6|source 6|...|length 2|dsap 1|ssap 1|control 1|(SNAP: oui 3|type 2)|payload|padding
 */
export function ethernetLayer(region: Region): Layer<Ethernet> {
  const short = shortage<Ethernet>('ethernet', region, 14);
  if (short) return short;
  const addresses = { destination: mac(region, 0), source: mac(region, 6) };
  const { vlans, type, rest, problem } = tagsAndType(after(region, 12));
  if (type === undefined) return { header: { ...addresses, vlans }, rest, ...problem };
  if (type > LONGEST_802_3) return { header: { ...addresses, vlans, etherType: type }, rest };

  const payload = type < claimedLength(rest) ? first(rest, type) : rest;
  const header = { ...addresses, vlans, length: type };
  const snap =
    capturedLength(payload) >= 8 && u32(payload, 0) === 0xaaaa0300 && u16(payload, 4) === 0
      ? u16(payload, 6)
      : undefined;
  return snap === undefined
    ? { header, rest: payload }
    : { header: { ...header, etherType: snap }, rest: after(payload, 8) };
}

/** The 802.1Q tags in front of the EtherType at the region's start, and what comes after it. */
export function tagsAndType(region: Region): {
  vlans: readonly Vlan[];
  type?: number;
  rest: Region;
  problem?: { truncated?: string; malformed?: string };
} {
  const vlans: Vlan[] = [];
  for (;;) {
    const short = shortage<never>('ethernet', region, 2);
    if (short) return { vlans, ...short, problem: short };
    const type = u16(region, 0);
    region = after(region, 2);
    if (!TAGS.has(type)) return { vlans, type, rest: region };
    const cut = shortage<never>('802.1Q tag', region, 2);
    if (cut) return { vlans, type, ...cut, problem: cut };
    vlans.push(vlanTag(type, region));
    region = after(region, 2);
  }
}

function vlanTag(tpid: number, region: Region): Vlan {
  const bits = u8(region, 0);
  return { tpid, priority: bits >> 5, dropEligible: (bits & 0x10) !== 0, id: u16(region, 0) & 0x0fff };
}

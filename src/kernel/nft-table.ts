/** A table of nftables (nft(8)) beside those that iptables keeps its rules in. */
export interface NftTable {
  family: string;
  name: string;
}

/** linux/netfilter.h, NFPROTO_*. */
const FAMILIES: Record<number, string> = {
  1: 'inet',
  2: 'ip',
  3: 'arp',
  5: 'netdev',
  7: 'bridge',
  10: 'ip6',
};

/** iptables-nft and ip6tables-nft write these; arptables and ebtables have tables of the same form in their own families. */
const OF_IPTABLES = new Set(['raw', 'mangle', 'nat', 'filter', 'security']);

export const describeNftTable = ({ family, name }: NftTable): string => `nft table ${family} ${name}`;

/** From what survey.pl reads by NFT_MSG_GETTABLE: `family name`. */
export function parseNftTable([family = '', name = '']: readonly string[]): NftTable {
  return { family: FAMILIES[Number(family)] ?? family, name };
}

/** IPv4 tables that iptables(8) shows, where it is the one that uses nftables. */
export const isOfIptables = ({ family, name }: NftTable): boolean => family === 'ip' && OF_IPTABLES.has(name);

/** The tables that ip6tables makes when somebody only looks; they are empty unless somebody writes to them, and no lab speaks IPv6 yet. */
export const isOfIp6tables = ({ family, name }: NftTable): boolean =>
  family === 'ip6' && OF_IPTABLES.has(name);

/** As nftables.pl takes it. */
export function nftFamilyNumber(family: string): string {
  return Object.entries(FAMILIES).find(([, name]) => name === family)?.[0] ?? family;
}

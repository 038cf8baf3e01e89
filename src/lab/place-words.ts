import { Failure } from '../run/failure.ts';
import { resolveName } from './resolve-name.ts';

/** Where to capture, as somebody said it. */
export interface PlaceWord {
  namespace: string;
  /** Absent: all devices but lo. */
  device?: string;
}

/**
 * The words of `capture`: first places, then a filter in the words of pcap-filter(7).
 *
 *   node1/eth0 web icmp or arp         ─▶ places node1/eth0, web; filter icmp or arp
 *   node1 host 172.30.9.2              ─▶ place node1; filter host 172.30.9.2
 *   node1 -- icmp                      ─▶ the same as node1 icmp
 *
 * The filter begins behind `--` (`rest`), or else at the first word that only a filter can begin with: one of its own words, a number, or
 * anything with a blank, a bracket or a sign in it. Before that every word has to be a place; the exact name of one always is. So a mistyped
 * name is answered with the nearest names and not with a syntax error. Throws Failure (usage).
 */
export function placesAndFilter(
  words: readonly string[],
  rest: readonly string[],
  namespaces: readonly string[],
): { places: PlaceWord[]; filter: string } {
  const begin = words.findIndex((word) => !namespaces.includes(word) && beginsFilter(word));
  const [named, filter] = begin < 0 ? [words, []] : [words.slice(0, begin), words.slice(begin)];
  return {
    places: named.map((word) => placeWord(word, namespaces)),
    filter: [...filter, ...rest].join(' ').trim(),
  };
}

function placeWord(word: string, namespaces: readonly string[]): PlaceWord {
  const cut = word.lastIndexOf('/');
  const namespace = namespaceOf(cut < 0 ? word : word.slice(0, cut), namespaces);
  if (cut < 0) return { namespace };
  // As ip link prints it: eth0@if101.
  const device = word.slice(cut + 1).replace(/@.*$/s, '');
  return device === 'any' || device === '' ? { namespace } : { namespace, device };
}

function namespaceOf(word: string, namespaces: readonly string[]): string {
  try {
    return resolveName(word, namespaces);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.kind, error.message, [
      ...error.hints,
      'A filter begins with a word of pcap-filter(7), or behind --',
    ]);
  }
}

function beginsFilter(word: string): boolean {
  return FILTER_WORDS.has(word) || /^(0x[\da-f]+|\d+)$/i.test(word) || /[\s[\]()!<>=&|\\]|^-/.test(word);
}

/** The words of pcap-filter(7) that an expression about Ethernet can begin with, also those that cannot be right there: their error is tcpdump's to tell. */
const FILTER_WORDS: ReadonlySet<string> = new Set(
  `dst src host net mask port portrange proto protochain gateway less greater len length
   ether link ip ip6 arp rarp tcp udp icmp icmp6 sctp igmp igrp pim vrrp carp ah esp
   atalk aarp decnet lat moprc mopdl sca stp ipx netbeui iso clnp esis es-is isis is-is l1 l2 iih lsp snp csnp psnp
   broadcast multicast vlan mpls pppoed pppoes geneve vxlan inbound outbound ifindex ifname not and or`.split(
    /\s+/,
  ),
);

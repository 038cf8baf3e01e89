import ipaddr from 'ipaddr.js';

/**
 * Addresses and networks as text, checked strictly: no octal or hexadecimal parts, no short forms, no zone. The only file that knows ipaddr.js.
 *
 *   address   192.168.0.21        fd00::1
 *   CIDR      192.168.0.21/24     an address with the length of its network's prefix
 *   network   192.168.0.0/24      a CIDR whose host bits are zero
 *
 * Functions that take an address or CIDR expect a checked one and throw a RangeError for anything else; the `...Problem` functions say in a
 * few words what is wrong with a text, or undefined when nothing is.
 */
export type Family = 4 | 6;

interface Parsed {
  family: Family;
  /** The address as a number. */
  value: bigint;
  /** 32 or 128 for a bare address. */
  prefixLength: number;
}

export function familyOf(address: string): Family | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return 4;
  return !address.includes('%') && ipaddr.IPv6.isValid(address) ? 6 : undefined;
}

/** What is wrong with an address. */
export function addressProblem(text: string, family: Family = 4): string | undefined {
  const got = familyOf(text);
  if (got === family) return undefined;
  if (got !== undefined) return `this is IPv${got}`;
  if (text.includes('/')) return 'the prefix length does not belong here';
  return family === 4 ? dottedProblem(text) : 'this is no IPv6 address';
}

/** What is wrong with a CIDR; host bits are allowed. */
export function cidrProblem(text: string, family: Family = 4): string | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const problem = addressProblem(address, family);
  if (problem !== undefined) return problem;
  if (length === undefined) return 'the prefix length is missing';
  const longest = bits(family);
  if (rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > longest)
    return `the prefix length is not a number from 0 to ${longest}`;
  return undefined;
}

/** What is wrong with a network. */
export function networkProblem(text: string, family: Family = 4): string | undefined {
  const problem = cidrProblem(text, family);
  if (problem !== undefined) return problem;
  const network = networkOf(text);
  return canonical(text) === network ? undefined : `it has host bits; the network is ${network}`;
}

/** What is wrong with an IPv4 CIDR as the address of an interface: the network's own and the broadcast address are nobody's. */
export function interfaceProblem(text: string): string | undefined {
  const problem = cidrProblem(text) ?? unicastProblem(addressOf(text));
  if (problem !== undefined) return problem;
  const { prefixLength } = parsed(text);
  if (prefixLength === 0 || prefixLength === 32) return `/${prefixLength} leaves no room for a neighbour`;
  return prefixLength === 31 ? undefined : memberProblem(text, addressOf(text));
}

/** Why `address` cannot be given to somebody in the network of `cidr`: outside, or the network's own or broadcast address. */
export function memberProblem(cidr: string, address: string): string | undefined {
  const network = networkOf(cidr);
  if (!contains(network, address)) return `it is outside ${network}`;
  if (sameAddress(address, networkAddress(network))) return `it is the network address of ${network}`;
  if (sameAddress(address, broadcastAddress(network))) return `it is the broadcast address of ${network}`;
  return undefined;
}

/** Why an IPv4 address cannot be an interface's: loopback, multicast and the like. */
export function unicastProblem(address: string): string | undefined {
  const ranges = {
    '0.0.0.0/8': '"this" network',
    '127.0.0.0/8': 'loopback',
    '224.0.0.0/4': 'multicast',
    '240.0.0.0/4': 'reserved',
  };
  for (const [range, what] of Object.entries(ranges))
    if (contains(range, address)) return `it is in ${range} (${what})`;
  return undefined;
}

/** `192.168.0.21/24` -> `192.168.0.21` */
export function addressOf(cidr: string): string {
  const { family, value } = parsed(cidr);
  return format(family, value);
}

/** `192.168.0.21/24` -> 24; a bare address has 32 or 128. */
export function prefixLengthOf(cidr: string): number {
  return parsed(cidr).prefixLength;
}

/** `192.168.0.21/24` -> `192.168.0.0/24` */
export function networkOf(cidr: string): string {
  return `${networkAddress(cidr)}/${prefixLengthOf(cidr)}`;
}

/** `192.168.0.21/24` -> `192.168.0.0` */
export function networkAddress(cidr: string): string {
  const { family, first } = range(cidr);
  return format(family, first);
}

/** The last address: `192.168.0.21/24` -> `192.168.0.255` */
export function broadcastAddress(cidr: string): string {
  const { family, last } = range(cidr);
  return format(family, last);
}

/** 24 -> `255.255.255.0` */
export function netmask(prefixLength: number): string {
  if (!Number.isInteger(prefixLength) || prefixLength < 0 || prefixLength > 32)
    throw new RangeError(`no IPv4 prefix length: ${prefixLength}`);
  return format(4, (1n << 32n) - (1n << BigInt(32 - prefixLength)));
}

/** Whether every address of `inner` (an address, or a CIDR's whole network) is in the network of `outer`. */
export function contains(outer: string, inner: string): boolean {
  const around = range(outer);
  const within = range(inner);
  return around.family === within.family && around.first <= within.first && within.last <= around.last;
}

/** Whether the networks of two CIDRs share an address. */
export function overlaps(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one);
}

/** The pairs of networks that overlap, each with the one that comes first in the list first. Networks nest or are apart, so sorting finds them. */
export function overlapping<T extends { cidr: string }>(networks: readonly T[]): [first: T, second: T][] {
  const sorted = networks.map((network, position) => ({ network, position }));
  sorted.sort((a, b) => compareCidrs(a.network.cidr, b.network.cidr) || a.position - b.position);
  const pairs: [T, T][] = [];
  let widest = sorted[0];
  for (const item of sorted.slice(1)) {
    if (widest === undefined || !contains(widest.network.cidr, item.network.cidr)) widest = item;
    else if (widest.position < item.position) pairs.push([widest.network, item.network]);
    else pairs.push([item.network, widest.network]);
  }
  return pairs;
}

/** How many hosts a network has room for: without its own and the broadcast address, except on IPv4 /31 and /32 (RFC 3021) and in IPv6. */
export function hostCount(cidr: string): number {
  const { family, first, last } = range(cidr);
  const size = Number(last - first + 1n);
  return family === 4 && size > 2 ? size - 2 : size;
}

/** The nth address of a network, where 0 is the network's own: (`172.30.76.0/24`, 1) -> `172.30.76.1`. Outside it a RangeError. */
export function nthAddress(cidr: string, n: number): string {
  const { family, first, last } = range(cidr);
  const value = first + BigInt(n);
  if (n < 0 || value > last) throw new RangeError(`${cidr} has no address number ${n}`);
  return format(family, value);
}

/** For sorting: IPv4 before IPv6, then by address, then the wider network first. */
export function compareCidrs(one: string, other: string): number {
  const [a, b] = [parsed(one), parsed(other)];
  if (a.family !== b.family) return a.family - b.family;
  if (a.value !== b.value) return a.value < b.value ? -1 : 1;
  return a.prefixLength - b.prefixLength;
}

/** The bytes of an address, 4 or 16. */
export function addressBytes(address: string): number[] {
  const { family, value, prefixLength } = parsed(address);
  if (prefixLength !== bits(family)) throw new RangeError(`no address: ${JSON.stringify(address)}`);
  return bytesOf(family, value);
}

function sameAddress(one: string, other: string): boolean {
  return parsed(one).value === parsed(other).value;
}

function canonical(cidr: string): string {
  return `${addressOf(cidr)}/${prefixLengthOf(cidr)}`;
}

function bits(family: Family): number {
  return family === 4 ? 32 : 128;
}

/** Texts that were parsed lately: a lab asks about the same few networks for each of its pods. */
const known = new Map<string, Parsed>();

function parsed(text: string): Parsed {
  const before = known.get(text);
  if (before !== undefined) return before;
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const family = familyOf(address);
  if (family === undefined || (slash >= 0 && cidrProblem(text, family) !== undefined))
    throw new RangeError(`no address or CIDR: ${JSON.stringify(text)}`);
  const value = ipaddr
    .parse(address)
    .toByteArray()
    .reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const result = { family, value, prefixLength: slash < 0 ? bits(family) : Number(text.slice(slash + 1)) };
  if (known.size > 4096) known.clear();
  known.set(text, result);
  return result;
}

function range(cidr: string): { family: Family; first: bigint; last: bigint } {
  const { family, value, prefixLength } = parsed(cidr);
  const hostBits = BigInt(bits(family) - prefixLength);
  const first = (value >> hostBits) << hostBits;
  return { family, first, last: first + (1n << hostBits) - 1n };
}

function format(family: Family, value: bigint): string {
  const bytes = bytesOf(family, value);
  return family === 4 ? bytes.join('.') : new ipaddr.IPv6(bytes).toRFC5952String();
}

function bytesOf(family: Family, value: bigint): number[] {
  const count = bits(family) / 8;
  return Array.from({ length: count }, (_, index) =>
    Number((value >> BigInt(8 * (count - 1 - index))) & 0xffn),
  );
}

/** What is wrong with something that should have been four decimal numbers. */
function dottedProblem(text: string): string {
  if (text === '') return 'it is empty';
  if (/\s/.test(text)) return 'it contains white space';
  const parts = text.split('.');
  if (!/^[0-9a-fx.]+$/i.test(text)) return 'it is no address';
  if (parts.length !== 4)
    return `it has ${parts.length === 1 ? 'one part' : `${parts.length} parts`}, not four`;
  const octal = parts.find((part) => /^0\d+$/.test(part));
  if (octal !== undefined) return 'a part begins with 0, which some programs read as octal';
  if (parts.some((part) => !/^\d+$/.test(part))) return 'a part is no decimal number';
  return 'a part is more than 255';
}

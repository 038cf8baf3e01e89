import { type Region, u16 } from './region.ts';

/** The sixteen bytes at `at`, as text in the form of RFC 5952. */
export function ipv6Address(region: Region, at: number): string {
  return ipv6Text(Array.from({ length: 8 }, (_, i) => u16(region, at + 2 * i)));
}

/**
 * Eight groups of 16 bits as inet_ntop(3) writes them: lower case, the first longest run of two or more zero groups as `::`, the last
 * 32 bits dotted in an IPv4-mapped or IPv4-compatible address.
 */
export function ipv6Text(groups: readonly number[]): string {
  const gap = longestZeroRun(groups);
  const dotted = gap.start === 0 && (gap.length === 6 || (gap.length === 5 && groups[5] === 0xffff));
  const words = (dotted ? groups.slice(0, 6) : groups).map((group) => group.toString(16));
  if (dotted) words.push([6, 7].map((i) => `${(groups[i] ?? 0) >> 8}.${(groups[i] ?? 0) & 0xff}`).join('.'));
  if (gap.length < 2) return words.join(':');
  return `${words.slice(0, gap.start).join(':')}::${words.slice(gap.start + gap.length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** The same address in the form that the decoder writes; the text itself where it is no IPv6 address. */
export function normalIpv6(text: string): string {
  const dotted = /^(.*:)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const hex = (high: string | undefined, low: string | undefined) =>
    (Number(high) * 256 + Number(low)).toString(16);
  const plain = dotted ? `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}` : text;
  const halves = plain.split('::');
  if (halves.length > 2) return text;
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return text;
  const words = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  if (!words.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return text;
  return ipv6Text(words.map((word) => Number.parseInt(word, 16)));
}

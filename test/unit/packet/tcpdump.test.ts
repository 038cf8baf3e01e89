import { describe as group, expect, it } from 'vitest';
import { describe } from '../../../src/packet/describe.ts';
import { CRAFTED, REAL, fixture, framesOf, isInstalled, levelsOf, printed, type Frame } from './captures.ts';

const installed = isInstalled('tcpdump');

function tcpdump(file: string, ...options: string[]): string {
  return printed('tcpdump', '-nn', '-t', '-S', ...options, '-r', file);
}

/** tcpdump calls port 8472 OTV, and begins a new line with each inner frame. */
const ENCAPSULATION =
  /(?:OTV, flags \[(I|\.)\] \(0x(..)\), overlay (\d+), instance (\d+)|VXLAN, flags \[(I|\.)\] \(0x..\), vni (\d+))$/;

/** The Accurate ECN flag, which tcpdump knows since 5.0. */
const LATE_FLAG = /(Flags \[[^\]]*)e\]/;

/** One line for each frame, in our words where they differ. */
function theirLines(file: string): string[] {
  const lines: string[] = [];
  let isInner = false;
  for (const line of tcpdump(file).split('\n').slice(0, -1)) {
    const words = line.replace(ENCAPSULATION, (_, flag, bits, overlay, instance, flag4789, vni) => {
      const group = Number(`0x${bits ?? '0'}`) & 0x80 ? ` group ${Number(overlay) & 0xffff}` : '';
      return `VXLAN vni ${instance ?? vni}${(flag ?? flag4789) === 'I' ? '' : ' (I flag unset)'}${group}:`;
    });
    if (isInner) lines.push(`${lines.pop()} ${words}`);
    else lines.push(words);
    isInner = words !== line;
  }
  return lines.map((line) =>
    line
      .replace(/^(\S+|\?)\s+(In|Out|M|B|P)\s+/, '$2 ') // the device's name, which we do not know
      .replaceAll(/ truncated-ip6? - \d+ bytes missing!\s?/g, ' ')
      .replace(/RT6 \(.*?\) /, 'RT6 ')
      .replace(/AH\(.*?\): /, 'AH ')
      .replace(LATE_FLAG, '$1]')
      .replaceAll(/, \d+ group record\(s\)/g, '')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
}

/** Ours without what tcpdump prints only on request. */
function ourLine({ packet, lengthBytes }: Frame): string {
  return describe(packet, lengthBytes)
    .replace(/^if\d+ /, '')
    .replaceAll(/vlan \d+, p \d, /g, '')
    .replace(LATE_FLAG, '$1]')
    .replaceAll(/ \(frag [^)]*\)/g, '')
    .replaceAll(/ \[\|[^\]]*\]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

const SPOKEN_OF = new Set([1, 4, 6, 17, 41, 44, 58, 59]);

/** We have words for all of it, and it makes sense. */
function isSpokenOf({ packet, bytes }: Frame): boolean {
  // tcpdump before 4.99.4 does not know of packets that wait for segmentation.
  const awaitsSegmentation = packet.ip?.family === 4 && bytes[16] === 0 && bytes[17] === 0;
  return levelsOf(packet).every(
    ({ ip, arp, malformed, tcp }) =>
      (ip === undefined || SPOKEN_OF.has(ip.protocol) || (ip.fragment?.offset ?? 0) > 0) &&
      (ip !== undefined || arp?.protocolType === 0x0800) &&
      malformed === undefined &&
      !awaitsSegmentation &&
      !tcp?.options.some(({ kind }) => kind === 'other'),
  );
}

/** Where the capture ends within a header, tcpdump prints `[|`: what it printed before, up to the last whole word, must be in ours. */
function beforeTheCut(line: string): string {
  const before = line.slice(0, line.indexOf('[|')).trim();
  return before.endsWith(':')
    ? before
    : before.slice(0, Math.max(before.lastIndexOf(','), before.lastIndexOf(' ')));
}

group('tcpdump says the same', () => {
  it.for([...REAL, ...CRAFTED])('of each frame in %s.pcap', (name, ctx) => {
    ctx.skip(!installed, 'tcpdump is not installed');
    const theirs = theirLines(fixture(`${name}.pcap`));
    const frames = framesOf(name);
    expect(theirs.length).toBe(frames.length);
    let compared = 0;
    for (const [index, frame] of frames.entries()) {
      const want = theirs[index] ?? '';
      const got = ourLine(frame);
      if (!isSpokenOf(frame)) continue;
      const cut = want.includes('[|') ? beforeTheCut(want) : undefined;
      expect(`${frame.name}: ${got.slice(0, cut?.length)}`).toBe(`${frame.name}: ${cut ?? want}`);
      compared++;
    }
    expect(compared, `only ${compared} of ${frames.length} frames were compared`).toBeGreaterThanOrEqual(
      frames.length / 2,
    );
  });

  it.for(REAL)('of time to live, id, fragment and length of each IPv4 header in %s.pcap', (name, ctx) => {
    ctx.skip(!installed, 'tcpdump is not installed');
    const HEADER =
      /\(tos 0x(\w+),.*? ttl (\d+), id (\d+), offset (\d+), flags \[(.*?)\], proto \w+ \((\d+)\), length (\d+)/g;
    const theirs = [...tcpdump(fixture(`${name}.pcap`), '-v').matchAll(HEADER)].map(
      ([, tos, ttl, id, offset, flags, protocol, length]) =>
        `tos ${Number(`0x${tos}`)} ttl ${ttl} id ${id} offset ${offset} flags ${flags} protocol ${protocol} length ${length}`,
    );
    const ours = framesOf(name)
      .flatMap(({ packet }) => levelsOf(packet))
      .flatMap(({ ip }) => (ip?.family === 4 ? [ip] : []))
      .map(({ tos, ttl, id, fragment, df, protocol, totalLength }) => {
        const flags = [...(fragment?.more ? ['+'] : []), ...(df ? ['DF'] : [])].join(', ') || 'none';
        return `tos ${tos} ttl ${ttl} id ${id} offset ${fragment?.offset ?? 0} flags ${flags} protocol ${protocol} length ${totalLength}`;
      });
    expect(ours).toEqual(theirs);
  });
});

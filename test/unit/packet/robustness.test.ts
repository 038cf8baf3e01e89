import { describe as group, expect, it } from 'vitest';
import { decode } from '../../../src/packet/decode.ts';
import { describe } from '../../../src/packet/describe.ts';
import type { FrameExpectation } from '../../../src/packet/expectation.ts';
import { mismatches } from '../../../src/packet/match.ts';
import type { Packet } from '../../../src/packet/packet.ts';
import { LINK_TYPE, parsePcap, pcapFile } from '../../../src/packet/pcap.ts';
import { CRAFTED, REAL, bytesOf, framesOf, levelsOf, type Frame } from './captures.ts';
import { randomNumbers } from './random.ts';
import { ourReading } from './tshark.ts';

const frames = framesOf(...REAL, ...CRAFTED);
/** Every run another, unless one is to be repeated. */
const seed = Number(process.env['WIRELAB_SEED'] ?? Date.now() % 2 ** 31);
const LONGEST_MS = 2000;

const BARE: FrameExpectation = {
  ip: '10.0.0.1 > *',
  ether: '* > 02:00:00:00:00:0a',
  icmp: 'echo-request',
  mtu: 1450,
  arp: 'who-has 10.0.0.1',
  udp: '* > 53',
  tcp: '* > 80',
  ttl: 64,
  df: true,
  length: 84,
  direction: 'in',
};
const ENCAPSULATED: FrameExpectation = {
  outer: '192.168.0.21 > 192.168.0.22',
  inner: 'fd00::1 > *',
  vxlan: { vni: 1, port: 8472 },
  outerEther: '* > *',
  innerEther: '02:00:00:00:00:0a > *',
  icmp: 'frag-needed',
  arp: 'is-at 02:00:00:00:00:0a',
  ttl: 1,
};

/** Everything that is done with a frame; throws where what it gives is not well formed. (`expect` is too slow for every frame.) */
function use(bytes: Uint8Array, linkType: number, lengthBytes?: number): Packet {
  const packet = decode(bytes, { linkType, ...(lengthBytes !== undefined && { lengthBytes }) });
  for (const want of [BARE, ENCAPSULATED]) {
    const reasons = mismatches(want, packet, { direction: 'out', lengthBytes: bytes.length });
    const odd = reasons.find((reason) => !/^[a-zA-Z.]+: want .+, got .+$/.test(reason));
    if (odd !== undefined) throw new Error(`odd reason: ${odd}`);
  }
  const line = describe(packet, bytes.length);
  if (!/^[ -~]+$/.test(line) || /undefined|null|NaN/.test(line)) throw new Error(`odd line: ${line}`);
  for (const { payload, paddingBytes } of levelsOf(packet)) {
    const isInside = payload.captured === 0 || payload.offset + payload.captured <= bytes.length;
    const least = Math.min(payload.offset, payload.length, payload.captured, paddingBytes);
    if (!isInside || least < 0 || payload.captured > payload.length)
      throw new Error(`payload of ${bytes.length} bytes: ${JSON.stringify({ payload, paddingBytes })}`);
  }
  return packet;
}

group('whatever bytes a frame has, it is decoded, matched and described', () => {
  it(
    'cut off after every byte: and what is said of the rest is what was said of the whole',
    { timeout: 60_000 },
    () => {
      let cuts = 0;
      for (const { bytes, linkType, lengthBytes, packet, name } of frames) {
        const whole = ourReading(packet);
        for (let length = 0; length < bytes.length; length++) {
          const cut = use(bytes.subarray(0, length), linkType, lengthBytes);
          cuts++;
          // Reading is slow, and behind the headers every cut is like the next.
          if (length % (length > 160 ? 50 : 3) !== 0) continue;
          const part = ourReading(cut);
          for (const [key, values] of Object.entries(part))
            if (values.join() !== whole[key]?.slice(0, values.length).join())
              expect.fail(
                `${name} cut to ${length} bytes: ${key} ${values.join()}, whole ${whole[key]?.join()}`,
              );
        }
      }
      expect(cuts).toBeGreaterThan(10_000);
    },
  );

  it('with bytes changed, taken out, doubled or made up at random', { timeout: 60_000 }, () => {
    const random = randomNumbers(seed);
    const upTo = (limit: number) => Math.floor(random() * limit);
    let slowest = { ms: 0, round: 0 };
    for (let round = 0; round < 20_000; round++) {
      const original = frames[upTo(frames.length)] as Frame;
      const bytes = mutated(original.bytes, upTo);
      const linkType = random() < 0.9 ? original.linkType : ([1, 101, 276][upTo(3)] ?? 1);
      const start = performance.now();
      try {
        const copy = bytes.slice();
        const packet = use(bytes, linkType);
        if (!Buffer.from(bytes).equals(copy)) throw new Error('the bytes were changed');
        if (round % 100 === 0) expect(decode(copy, { linkType })).toEqual(packet);
      } catch (cause) {
        const hex = Buffer.from(bytes).toString('hex');
        throw new Error(
          `round ${round} of WIRELAB_SEED=${seed}, ${original.name}, link type ${linkType}: ${hex}`,
          { cause },
        );
      }
      const ms = performance.now() - start;
      if (ms > slowest.ms) slowest = { ms, round };
    }
    expect(slowest.ms, `round ${slowest.round} of WIRELAB_SEED=${seed}`).toBeLessThan(LONGEST_MS);
  });

  const ETHERNET = '02000000000a 02000000000b';
  const IPV4 = '0800 4500 0000 0000 0000 40 11 0000 0a000001 0a000002';
  it.for<[string, Uint8Array, RegExp | undefined]>([
    ['256 kB of nothing', new Uint8Array(262_144), undefined],
    ['256 kB of VLAN tags', bytesOf(ETHERNET + '81000001'.repeat(65_000)), undefined],
    [
      '64 kB of IPv6 extension headers',
      bytesOf(`${ETHERNET} 86dd 60000000 ffff 3c 40 ${'00'.repeat(32)}${'3c00010400000000'.repeat(8191)}`),
      undefined,
    ],
    [
      '40 bytes of IPv4 options without length',
      bytesOf(`${ETHERNET} 0800 4f00 003c 0000 0000 40 01 0000 0a000001 0a000002 ${'4400'.repeat(20)}`),
      undefined,
    ],
    [
      '1,000 frames inside each other',
      bytesOf(`${ETHERNET} ${`${IPV4} c000 2118 ffff 0000 08000000 00000100 ${ETHERNET}`.repeat(1000)}`),
      /more than 8 deep/,
    ],
    [
      '3,000 packets inside each other',
      bytesOf(`${ETHERNET} 0800 ${'4500 0000 0000 0000 40 04 0000 0a000001 0a000002'.repeat(3000)}`),
      /more than 8 deep/,
    ],
    [
      '1,000 errors about each other',
      bytesOf(
        `${ETHERNET} 0800 ${'4500 0000 0000 0000 40 01 0000 0a000001 0a000002 0300 0000 00000000'.repeat(1000)}`,
      ),
      /more than 8 deep/,
    ],
  ])('made of %s, and soon', { timeout: 60_000 }, ([, bytes, want]) => {
    const start = performance.now();
    const packet = use(bytes, LINK_TYPE.ethernet);
    expect(performance.now() - start).toBeLessThan(LONGEST_MS);
    if (want) expect(levelsOf(packet).at(-1)?.malformed).toMatch(want);
  });
});

group('whatever bytes a file has, its complete records come out', () => {
  const file = pcapFile(framesOf('vxlan').slice(0, 20));

  it('cut off after every byte', { timeout: 60_000 }, () => {
    const whole = parsePcap(file).frames;
    for (let length = 0; length < file.length; length++) {
      const { frames: some, truncated, error } = parsePcap(file.subarray(0, length));
      const ends = 24 + some.reduce((sum, { bytes }) => sum + 16 + bytes.length, 0);
      const next = whole[some.length];
      const facts = {
        areTheFirst: some.every(
          ({ bytes }, index) => Buffer.compare(bytes, whole[index]?.bytes ?? new Uint8Array()) === 0,
        ),
        areAllThatFit: next === undefined || length < ends + 16 + next.bytes.length,
        isTold: (truncated !== undefined || error !== undefined) === (length < 24 || ends < length),
      };
      if (Object.values(facts).includes(false))
        expect({ length, ...facts }).toEqual({
          length,
          areTheFirst: true,
          areAllThatFit: true,
          isTold: true,
        });
    }
    expect(whole.length).toBe(20);
  });

  it('with bytes changed at random', { timeout: 60_000 }, () => {
    const random = randomNumbers(seed);
    for (let round = 0; round < 1000; round++) {
      const bytes = mutated(file, (limit) => Math.floor(random() * limit));
      let parsed;
      try {
        parsed = parsePcap(bytes);
      } catch (cause) {
        throw new Error(`round ${round} of WIRELAB_SEED=${seed}`, { cause });
      }
      const claimed = parsed.frames.reduce((sum, frame) => sum + 16 + frame.bytes.length, 0);
      expect(claimed, `round ${round} of WIRELAB_SEED=${seed}`).toBeLessThanOrEqual(bytes.length);
    }
  });
});

function mutated(original: Uint8Array, upTo: (limit: number) => number): Uint8Array {
  let bytes = Array.from(original);
  for (let changes = upTo(6); changes >= 0; changes--) {
    const at = upTo(bytes.length);
    const length = upTo(12);
    const kind = upTo(10);
    if (kind === 0) bytes.splice(at, length);
    else if (kind === 1) bytes.splice(at, 0, ...bytes.slice(at, at + length));
    else if (kind === 2) bytes = bytes.slice(0, at);
    else if (kind === 3) bytes.splice(at, length, ...Array.from({ length }, () => upTo(256)));
    else if (bytes.length > 0)
      bytes[upTo(Math.min(bytes.length, 160))] = [0, 1, 0x7f, 0x80, 0xff, upTo(256)][upTo(6)] ?? 0;
  }
  return Uint8Array.from(bytes);
}

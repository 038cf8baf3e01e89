import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePcap, pcapFile } from '../../../src/packet/pcap.ts';
import { bytesOf, capture, fixture } from './captures.ts';

/** The same file as a machine of the other byte order would have written it. */
function otherEndian(file: Uint8Array): Uint8Array {
  const swapped = Uint8Array.from(file);
  const swap = (at: number, length: number) => swapped.subarray(at, at + length).reverse();
  for (const at of [0, 8, 12, 16, 20]) swap(at, 4);
  for (const at of [4, 6]) swap(at, 2);
  let at = 24;
  for (const { bytes } of parsePcap(file).frames) {
    for (let field = 0; field < 4; field++) swap(at + 4 * field, 4);
    at += 16 + bytes.length;
  }
  return swapped;
}

describe("tcpdump's files are read", () => {
  it('with their link type, unit of time and cut', () => {
    expect(capture('vxlan')).toMatchObject({ linkType: 1, precision: 'nanoseconds', byteOrder: 'little' });
    expect(capture('pod')).toMatchObject({ linkType: 1, precision: 'microseconds' });
    expect(capture('any')).toMatchObject({ linkType: 276 });
    expect(capture('raw')).toMatchObject({ linkType: 101 });
    expect(capture('snaplen-60')).toMatchObject({ snapLengthBytes: 60 });
    expect(capture('vxlan').truncated).toBeUndefined();
    expect(capture('vxlan').error).toBeUndefined();
  });

  it('of either byte order', () => {
    for (const name of ['vxlan', 'pod']) {
      const file = readFileSync(fixture(`${name}.pcap`));
      const other = parsePcap(otherEndian(file));
      expect(other.byteOrder).toBe('big');
      expect({ ...other, byteOrder: 'little' }).toEqual(parsePcap(file));
    }
  });

  it('with frames longer than what was captured of them', () => {
    const cut = capture('snaplen-60').frames;
    expect(Math.max(...cut.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(60);
    expect(Math.max(...cut.map(({ lengthBytes }) => lengthBytes))).toBeGreaterThan(200);
  });

  it('with the stamp to the nanosecond', () => {
    const header = '4d3cb2a1 0200 0400 00000000 00000000 00000400 01000000';
    const { frames } = parsePcap(bytesOf(`${header} 00f15365 15cd5b07 02000000 02000000 abcd`));
    expect(frames).toEqual([
      {
        seconds: 1_700_000_000,
        nanoseconds: 123_456_789,
        timeSeconds: expect.closeTo(1_700_000_000.123_456_7, 6) as number,
        lengthBytes: 2,
        bytes: bytesOf('abcd'),
      },
    ]);
  });
});

describe('what is no whole pcap file is said to be so', () => {
  const header = 'd4c3b2a1 0200 0400 00000000 00000000 00000400 01000000';
  const record = '01000000 00000000 02000000 02000000 abcd';
  it.for<[string, string, object]>([
    ['an empty file', '', { error: 'not a pcap file: 0 bytes' }],
    [
      'text',
      Buffer.from('hello, world').toString('hex'),
      { error: 'not a pcap file: it begins with 0x68656c6c' },
    ],
    ['pcapng', '0a0d0d0a 1c000000 4d3c2b1a', { error: expect.stringContaining('pcapng') as string }],
    ['another version', header.replace('0200 0400', '0300 0100'), { error: 'pcap version 3.1, not 2.4' }],
    [
      'half a file header',
      'd4c3b2a1 0200 0400 00000000',
      { truncated: 'the file header has 12 of 24 bytes' },
    ],
    [
      'half a record header',
      `${header}${record}${record.slice(0, 18)}`,
      { truncated: 'record 2 at byte 42: 8 of 16 bytes of its header' },
    ],
    [
      'half a record',
      `${header}${record}${record.slice(0, -2)}`,
      { truncated: 'record 2 at byte 42: 1 of 2 bytes' },
    ],
    [
      'a record of 3 GB',
      `${header}${record}01000000 00000000 000000c0 000000c0 abcd`,
      { error: 'record 2 at byte 42 claims 3221225472 bytes' },
    ],
  ])('%s', ([, hex, want]) => {
    const parsed = parsePcap(bytesOf(hex));
    expect(parsed).toMatchObject(want);
    expect(parsed.frames).toHaveLength(hex.includes(record) ? 1 : 0);
  });
});

describe('what we write we read again', () => {
  it('frame for frame', () => {
    const { frames } = capture('vxlan');
    const again = parsePcap(pcapFile(frames));
    expect(again).toMatchObject({ linkType: 1, precision: 'nanoseconds' });
    expect(again.frames.map(({ bytes, lengthBytes }) => ({ bytes, lengthBytes }))).toEqual(
      frames.map(({ bytes, lengthBytes }) => ({ bytes, lengthBytes })),
    );
    // A double has a quarter of a microsecond of today's seconds.
    for (const [index, frame] of again.frames.entries()) {
      const want = frames[index];
      const apart =
        (frame.seconds - (want?.seconds ?? 0)) * 1e9 + frame.nanoseconds - (want?.nanoseconds ?? 0);
      expect(Math.abs(apart)).toBeLessThan(250);
    }
  });

  it('also a fraction that rounds up to the next second, a frame cut off, and none at all', () => {
    const [frame] = parsePcap(
      pcapFile([{ timeSeconds: 1.999_999_999_9, lengthBytes: 100, bytes: bytesOf('abcd') }]),
    ).frames;
    expect(frame).toMatchObject({ seconds: 2, nanoseconds: 0, lengthBytes: 100, bytes: bytesOf('abcd') });
    expect(parsePcap(pcapFile([]))).toMatchObject({ frames: [] });
  });
});

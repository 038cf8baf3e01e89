import { describe, expect, it } from 'vitest';
import { recordReader } from '../../../src/capture/record.ts';

/** As tap.pl packs it: a C n N N N N N. */
function packed(type: string, place: number, bytes: string): Buffer {
  const head = Buffer.alloc(24);
  head.write(type, 0);
  head.writeUInt8(4, 1);
  head.writeUInt16BE(place, 2);
  head.writeUInt32BE(1_790_000_000, 8);
  head.writeUInt32BE(123_456_789, 12);
  head.writeUInt32BE(bytes.length + 10, 16);
  head.writeUInt32BE(bytes.length, 20);
  return Buffer.concat([head, Buffer.from(bytes)]);
}

describe('what the tap says', () => {
  const stream = Buffer.concat([
    packed('R', 0, ''),
    packed('F', 1, 'abc'),
    packed('F', 300, 'x'.repeat(1000)),
  ]);

  it.each([1, 2, 7, 24, 25, 1000, stream.length])('is the same in pieces of %i bytes', (size) => {
    const read = recordReader();
    const records = [];
    for (let at = 0; at < stream.length; at += size) records.push(...read(stream.subarray(at, at + size)));
    expect(
      records.map(({ type, kind, place, bytes }) => [type, kind, place, Buffer.from(bytes).toString()]),
    ).toEqual([
      ['R', 4, 0, ''],
      ['F', 4, 1, 'abc'],
      ['F', 4, 300, 'x'.repeat(1000)],
    ]);
    expect(records[1]).toMatchObject({ seconds: 1_790_000_000, nanoseconds: 123_456_789, lengthBytes: 13 });
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decode } from '../../../src/packet/decode.ts';
import type { Packet } from '../../../src/packet/packet.ts';
import { pcapFile } from '../../../src/packet/pcap.ts';
import { CRAFTED, REAL, fixture, framesOf, isInstalled, levelsOf } from './captures.ts';
import { randomNumbers } from './random.ts';
import { ourReading, tsharkReading, type Reading } from './tshark.ts';

const installed = isInstalled('tshark');
const scratch = mkdtempSync(join(tmpdir(), 'wirelab-tshark-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Only what both have: how far each goes on in a header that contradicts itself is a matter of taste. */
function inCommon(ours: Reading, theirs: Reading, hasNoLength: boolean): { ours: Reading; theirs: Reading } {
  // The length of a payload means nothing where a header's own length is too small, or the packet's greater than the frame's.
  const common = Object.keys(ours).filter(
    (key) => theirs[key] !== undefined && (key !== 'tcp.len' || !hasNoLength),
  );
  const cut = (reading: Reading, key: string) =>
    (reading[key] ?? []).slice(0, Math.min(ours[key]?.length ?? 0, theirs[key]?.length ?? 0));
  return {
    ours: Object.fromEntries(common.map((key) => [key, cut(ours, key)])),
    theirs: Object.fromEntries(common.map((key) => [key, cut(theirs, key)])),
  };
}

function hasBadTcp(packet: Packet): boolean {
  return levelsOf(packet).some(({ malformed }) => malformed?.startsWith('tcp'));
}

function isCut(packet: Packet): boolean {
  return levelsOf(packet).some(({ truncated }) => truncated !== undefined);
}

describe('tshark reads the same in every field', () => {
  it.for(REAL)('of the real frames in %s.pcap', { timeout: 60_000 }, (name, ctx) => {
    ctx.skip(!installed, 'tshark is not installed');
    const theirs = tsharkReading(fixture(`${name}.pcap`));
    const frames = framesOf(name);
    expect(frames.length).toBe(theirs.length);
    for (const [index, frame] of frames.entries())
      expect({ frame: frame.name, ...ourReading(frame.packet) }).toEqual({
        frame: frame.name,
        ...theirs[index],
      });
  });

  it.for(CRAFTED)('of the frames in %s.pcap, as far as they make sense', { timeout: 60_000 }, (name, ctx) => {
    ctx.skip(!installed, 'tshark is not installed');
    const theirs = tsharkReading(fixture(`${name}.pcap`));
    const frames = framesOf(name);
    expect(frames.length).toBe(theirs.length);
    let whole = 0;
    for (const [index, frame] of frames.entries()) {
      const both = { ours: ourReading(frame.packet), theirs: theirs[index] ?? {} };
      const isWhole = levelsOf(frame.packet).every(({ malformed, tcpStart }) => !malformed && !tcpStart);
      const { ours, theirs: other } = isWhole
        ? both
        : inCommon(both.ours, both.theirs, hasBadTcp(frame.packet));
      expect({ frame: frame.name, ...ours }).toEqual({ frame: frame.name, ...other });
      if (isWhole) whole++;
    }
    expect(whole).toBeGreaterThan(frames.length / 2);
  });

  it('of 4,000 real frames with a byte changed or an end cut off', { timeout: 60_000 }, (ctx) => {
    ctx.skip(!installed, 'tshark is not installed');
    const seed = 20_260_101;
    const random = randomNumbers(seed);
    const upTo = (limit: number) => Math.floor(random() * limit);
    const originals = framesOf('vxlan', 'pod', 'ipv6');
    const frames = Array.from({ length: 4000 }, (_, index) => {
      const original = originals[upTo(originals.length)] as (typeof originals)[number];
      const bytes = original.bytes.slice(0, random() < 0.5 ? 300 : upTo(300));
      // Not in the Ethernet header: its type decides everything, and that is tested above.
      if (bytes.length > 14) bytes[14 + upTo(Math.min(bytes.length - 14, 130))] = upTo(256);
      return { timeSeconds: index, lengthBytes: original.lengthBytes, bytes };
    });
    const file = join(scratch, 'mutated.pcap');
    writeFileSync(file, pcapFile(frames));
    const theirs = tsharkReading(file);
    expect(theirs.length).toBe(frames.length);
    for (const [index, { bytes, lengthBytes }] of frames.entries()) {
      const packet = decode(bytes, { lengthBytes });
      const { ours, theirs: other } = inCommon(
        ourReading(packet),
        theirs[index] ?? {},
        hasBadTcp(packet) || isCut(packet),
      );
      const frame = `frame ${index + 1} of seed ${seed}: ${Buffer.from(bytes).toString('hex')}`;
      expect({ frame, ...ours }).toEqual({ frame, ...other });
    }
  });

  it('of what we write ourselves', (ctx) => {
    ctx.skip(!installed, 'tshark is not installed');
    const frames = framesOf('vxlan');
    const file = join(scratch, 'written.pcap');
    writeFileSync(file, pcapFile(frames));
    expect(tsharkReading(file)).toEqual(tsharkReading(fixture('vxlan.pcap')));
  });
});

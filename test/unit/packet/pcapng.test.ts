import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  sectionHeader,
  type PcapngFrame,
} from '../../../src/packet/pcapng.ts';
import { fixture, framesOf, isInstalled, printed } from './captures.ts';
import { tsharkReading } from './tshark.ts';

const installed = isInstalled('tshark') && isInstalled('capinfos');
const scratch = mkdtempSync(join(tmpdir(), 'wirelab-pcapng-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const start = { seconds: 1_790_000_000, nanoseconds: 1 };
const end = { seconds: 1_790_000_002, nanoseconds: 999_999_999 };
const KINDS = ['unicast', 'multicast', 'broadcast', 'to-other'] as const;

/** Two interfaces that take turns. */
const frames = framesOf('vxlan').map(({ bytes, lengthBytes, seconds, nanoseconds }, index): PcapngFrame => ({
  interfaceId: index % 2,
  direction: index % 3 === 0 ? 'out' : 'in',
  ...(index % 3 === 0 ? {} : { reception: KINDS[index % 4]! }),
  seconds,
  nanoseconds: nanoseconds + (index % 7),
  lengthBytes,
  bytes,
}));

const head = [
  sectionHeader('wirelab 1.2.3', 'Linux 6.1'),
  interfaceDescription({
    name: 'node1/eth0',
    description: 'eth0 of node1',
    mac: '00:15:5d:02:b2:00',
    filter: 'icmp or arp',
  }),
  interfaceDescription({ name: 'web/eth0' }),
];

const whole = Buffer.concat([
  ...head,
  ...frames.map(enhancedPacket),
  interfaceStatistics({ interfaceId: 0, start, end, received: 5_000_000_000, lost: 7, accepted: 12 }),
  interfaceStatistics({ interfaceId: 1, start, end, received: 3, lost: 0, accepted: 3 }),
]);

function written(name: string, bytes: Uint8Array): string {
  const file = join(scratch, name);
  writeFileSync(file, bytes);
  return file;
}

const FIELDS = [
  'frame.interface_name',
  'frame.packet_flags_direction',
  'frame.packet_flags_reception_type',
  'frame.time_epoch',
  'frame.len',
  'frame.cap_len',
];

function fieldsOf(file: string): string[][] {
  const text = printed('tshark', '-r', file, '-T', 'fields', ...FIELDS.flatMap((field) => ['-e', field]));
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t'));
}

describe('a pcapng file', () => {
  it('has each frame with its interface, direction, stamp and lengths, as tshark reads it', (ctx) => {
    ctx.skip(!installed, 'tshark is not installed');
    const want = frames.map((frame) => [
      ['node1/eth0', 'web/eth0'][frame.interfaceId],
      frame.direction === 'in' ? 1 : 2,
      frame.reception === undefined ? 0 : KINDS.indexOf(frame.reception) + 1,
      `${frame.seconds}.${String(frame.nanoseconds).padStart(9, '0')}`,
      frame.lengthBytes,
      frame.bytes.length,
    ]);
    const got = fieldsOf(written('whole.pcapng', whole)).map(([name, direction, reception, ...rest]) => [
      name,
      Number(direction),
      Number(reception),
      rest[0],
      ...rest.slice(1).map(Number),
    ]);
    expect(got).toEqual(want);
  });

  it('has the bytes that the classic file has', (ctx) => {
    ctx.skip(!installed, 'tshark is not installed');
    expect(tsharkReading(written('bytes.pcapng', whole))).toEqual(tsharkReading(fixture('vxlan.pcap')));
  });

  it('tells capinfos what wrote it, where, and with which filter', (ctx) => {
    ctx.skip(!installed, 'capinfos is not installed');
    const text = printed('capinfos', written('info.pcapng', whole)).replaceAll(/ +/g, ' ');
    for (const line of [
      'Capture application: wirelab 1.2.3',
      'Capture oper-sys: Linux 6.1',
      'Number of interfaces in file: 2',
      'Name = node1/eth0',
      'Description = eth0 of node1',
      'Filter string = icmp or arp',
      'Name = web/eth0',
      'Time precision = nanoseconds (9)',
      'Encapsulation = Ethernet (1 - ether)',
      'Number of stat entries = 1',
      `Number of packets: ${frames.length}`,
    ])
      expect(text).toContain(line);
  });

  it('keeps counters of more than 32 bits, and when they were counted', () => {
    const block = interfaceStatistics({
      interfaceId: 1,
      start,
      end,
      received: 5_000_000_000,
      lost: 7,
      accepted: 12,
    });
    const view = new DataView(block.buffer);
    const options = new Map<number, bigint>();
    for (let at = 20; view.getUint16(at, true) !== 0; at += 4 + view.getUint16(at + 2, true))
      options.set(view.getUint16(at, true), view.getBigUint64(at + 4, true));
    // isb_ifrecv, isb_ifdrop, isb_filteraccept
    expect([4, 5, 6].map((code) => options.get(code))).toEqual([5_000_000_000n, 7n, 12n]);
    // Stamps have their upper half first.
    const upper = options.get(2)! & 0xffff_ffffn;
    const lower = options.get(2)! >> 32n;
    expect((upper << 32n) + lower).toBe(1_790_000_000_000_000_001n);
  });

  it('is good after each block', (ctx) => {
    ctx.skip(!installed, 'tshark is not installed');
    const some = frames.slice(0, 3).map(enhancedPacket);
    expect(fieldsOf(written('good.pcapng', Buffer.concat([...head, ...some])))).toHaveLength(3);
    expect(fieldsOf(written('empty.pcapng', Buffer.concat(head)))).toHaveLength(0);
  });

  it.each([0, 1, 2, 3, 4, 5])('has blocks of whole words, with %i bytes too', (length) => {
    const bytes = new Uint8Array(length).fill(0xff);
    const block = enhancedPacket({ interfaceId: 0, direction: 'in', ...start, lengthBytes: length, bytes });
    const view = new DataView(block.buffer);
    expect(block.length % 4).toBe(0);
    expect([view.getUint32(4, true), view.getUint32(block.length - 4, true)]).toEqual([
      block.length,
      block.length,
    ]);
    expect(view.getUint32(20, true)).toBe(length);
  });
});

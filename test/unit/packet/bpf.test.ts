import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { accepts, asksForMore, parseBpf, type BpfFrame } from '../../../src/packet/bpf.ts';
import { frameAndCarried } from '../../../src/packet/carried.ts';
import { pcapFile } from '../../../src/packet/pcap.ts';
import { CRAFTED, bytesOf, framesOf, isInstalled, printed } from './captures.ts';

const installed = isInstalled('tcpdump');

/** From the manual page, what people type, and whatever makes the compiler use another instruction. */
const EXPRESSIONS = [
  '',
  'icmp',
  'arp',
  'not arp',
  'ip6',
  'icmp6',
  'tcp',
  'udp',
  'udp port 8472',
  'not port 8472',
  'host 172.30.9.2',
  'src host 172.30.76.7 and icmp',
  'dst net 172.30.0.0/16',
  'net 10.0.0.0/8 or net 192.168.0.0/16',
  'ether host 02:42:ac:1e:4c:07',
  'ether multicast',
  'ether broadcast',
  'broadcast or multicast',
  'ip multicast',
  'portrange 1000-60000',
  'tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)',
  'tcp[tcpflags] & (tcp-syn|tcp-fin) != 0',
  'tcp[tcpflags] = tcp-syn',
  'icmp[icmptype] != icmp-echo and icmp[icmptype] != icmp-echoreply',
  'icmp[icmptype] = icmp-unreach',
  'ip[8] < 64',
  'ip[6:2] & 0x1fff != 0',
  'ip proto 4 or ip proto 41',
  'less 64',
  'greater 1000',
  'len > 100 and len <= 150',
  'len - 14 = ip[2:2]',
  'ip[2:2] * 3 > 300',
  'ip[2:2] / 7 = 12',
  'ip[2:2] % 5 = 0',
  'ip[8] ^ 0x40 = 0',
  'ip[1] | ip[8] = 64',
  'ether[0] & 1 = 0 and ip[16] >= 224',
  'ip[2:2] << 2 > 1000',
  'ip[2:2] >> (ip[8] & 7) = 0',
  'ip[2:2] / (ip[1] - ip[1]) = 0',
  '-ip[8] < 0',
  'udp[8:4] & 0x08000000 != 0',
  'udp[12:4] >> 8 = 1',
  'vlan',
  'vlan 5 and ip',
  'vlan and vlan',
  'ip6 proto 58 and ip6[40] = 135',
  'ip6 protochain 17',
  'ip protochain 6',
  'ip broadcast or host 255.255.255.255',
  'ip[100] = 0',
  'ip[4294967295] = 0',
];

const ETHERNET = [
  'vxlan',
  'pod',
  'ipv6',
  'multicast',
  'offload',
  'snaplen-130',
  'snaplen-60',
  ...CRAFTED,
] as const;

/** All of them in one file; the second in which a frame was captured is its number. */
const frames = framesOf(...ETHERNET).map((one, index) => ({ ...one, timeSeconds: index }));
const scratch = mkdtempSync(join(tmpdir(), 'wirelab-bpf-'));
const file = join(scratch, 'all.pcap');
writeFileSync(file, pcapFile(frames));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Numbers of the frames that tcpdump takes. */
function theirChoice(expression: string): number[] {
  const lines = printed('tcpdump', '-nn', '-tt', '-r', file, '--', expression).split('\n');
  return lines.flatMap((line) => /^(\d+)\.\d{6} /.exec(line)?.slice(1).map(Number) ?? []);
}

const ourProgram = (expression: string) =>
  parseBpf(printed('tcpdump', '-ddd', '-y', 'EN10MB', '--', expression));

const frame = (hex: string, direction: BpfFrame['direction'] = 'in'): BpfFrame => {
  const bytes = bytesOf(hex);
  return { bytes, lengthBytes: bytes.length, direction };
};

describe('a filter takes just the frames that tcpdump takes', () => {
  it('of the frames that are compared', (ctx) => {
    ctx.skip(!installed, 'tcpdump is not installed');
    expect(frames.every(({ linkType }) => linkType === 1)).toBe(true);
    expect(theirChoice('')).toEqual(frames.map(({ timeSeconds }) => timeSeconds));
  });

  it.for(EXPRESSIONS)('%s', (expression, ctx) => {
    ctx.skip(!installed, 'tcpdump is not installed');
    const program = ourProgram(expression);
    const ours = frames.filter((one) => accepts(program, { ...one, direction: 'in' }));
    expect(ours.map(({ timeSeconds }) => timeSeconds)).toEqual(theirChoice(expression));
  });

  it('knows both directions', (ctx) => {
    ctx.skip(!installed, 'tcpdump is not installed');
    const [inbound, outbound] = [ourProgram('inbound'), ourProgram('outbound')];
    expect([accepts(inbound, frame('00', 'in')), accepts(inbound, frame('00', 'out'))]).toEqual([
      true,
      false,
    ]);
    expect([accepts(outbound, frame('00', 'in')), accepts(outbound, frame('00', 'out'))]).toEqual([
      false,
      true,
    ]);
    expect(asksForMore(inbound)).toBe(false);
  });

  it('says where it cannot know', (ctx) => {
    ctx.skip(!installed, 'tcpdump is not installed');
    expect(asksForMore(ourProgram('ifindex 3'))).toBe(true);
    expect(asksForMore(ourProgram('tcp port 80'))).toBe(false);
  });
});

describe('what a frame carries', () => {
  it('is filtered as if it were alone on a wire', (ctx) => {
    ctx.skip(!installed, 'tcpdump is not installed');
    const outer = ourProgram('udp port 8472');
    const inner = ourProgram('icmp');
    const encapsulated = framesOf('vxlan').filter(({ packet }) => packet.inner?.icmp?.family === 4);
    expect(encapsulated.length).toBeGreaterThan(0);
    for (const one of encapsulated) {
      const found = [...frameAndCarried(one, one.packet)].map((each) => ({
        ...each,
        direction: 'in' as const,
      }));
      expect(found.map((each) => accepts(outer, each))).toEqual([true, false]);
      expect(found.map((each) => accepts(inner, each))).toEqual([false, true]);
    }
  });

  it('in an IP packet gets an Ethernet header, IPv4 or IPv6', (ctx) => {
    ctx.skip(!installed, 'tcpdump is not installed');
    const tunnelled = framesOf(...CRAFTED).filter(({ packet }) => packet.inner?.ip && !packet.vxlan);
    expect(tunnelled.length).toBeGreaterThan(0);
    for (const one of tunnelled) {
      const [, carried] = [...frameAndCarried(one, one.packet)];
      const family = one.packet.inner?.ip?.family;
      const program = ourProgram(family === 6 ? 'ip6' : 'ip');
      expect(accepts(program, { ...carried!, direction: 'in' }), one.name).toBe(true);
    }
  });
});

describe('a program', () => {
  it.each([
    ['', 'nothing'],
    ['2\n6 0 0 1', 'fewer instructions than it says'],
    ['1\n6 0 0', 'half an instruction'],
    ['1\n6 0 0 x', 'a word'],
    ['2\n21 5 0 1\n6 0 0 1', 'a jump beyond the end'],
    ['1\n40 0 0 12', 'no end'],
  ])('%j is refused: %s', (text) => {
    expect(() => parseBpf(text)).toThrow(/instruction|beyond its end/);
  });

  // Numbers of linux/bpf_common.h; no expression compiles to these, and the kernel knows them.
  it.each([
    ['4\n0 0 0 7\n2 0 0 3\n96 0 0 3\n22 0 0 0', true, 'A into memory and back'],
    ['4\n0 0 0 7\n7 0 0 0\n3 0 0 2\n22 0 0 0', true, 'X into memory'],
    ['3\n0 0 0 5\n148 0 0 0\n22 0 0 0', false, 'a remainder by zero ends it'],
    ['3\n0 0 0 5\n52 0 0 0\n22 0 0 0', false, 'a division by zero ends it'],
    ['3\n5 0 0 1\n6 0 0 0\n6 0 0 1', true, 'an unconditional jump'],
    ['3\n0 0 0 1\n132 0 0 0\n22 0 0 0', true, 'minus one is not zero'],
    ['3\n0 0 0 1\n5 0 0 4294967294\n22 0 0 0', false, 'a loop comes to an end'],
  ])('%j: %s', (text, want) => {
    expect(accepts(parseBpf(text), frame('00'))).toBe(want);
  });

  it('needs neither rights nor a device to be compiled', (ctx) => {
    ctx.skip(!installed || process.getuid?.() !== 0, 'needs tcpdump, and root to become nobody');
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', '--'];
    const argv = [...nobody, 'tcpdump', '-ddd', '-y', 'EN10MB', '--', 'icmp'];
    expect(spawnSync('setpriv', argv, { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });
});

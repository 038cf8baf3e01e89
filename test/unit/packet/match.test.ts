import { describe, expect, it } from 'vitest';
import { decode } from '../../../src/packet/decode.ts';
import type { CapturedFrame, FrameExpectation } from '../../../src/packet/expectation.ts';
import { contains, mismatches, nearest } from '../../../src/packet/match.ts';
import { bytesOf } from './captures.ts';

// Frames written by hand from the RFCs, so that nothing here depends on how the decoder sees them.
const NODE1 = '02c0a8000015';
const NODE2 = '02c0a8000016';
const VTEP1 = '020000000021';
const VTEP2 = '968f2d49c531';
const underlay = (protocol: string, length: number) =>
  `${NODE2}${NODE1}0800 4500${hex(length)} 0000 0000 40 ${protocol} 0000 c0a80015 c0a80016`;
const pods = (protocol: string, length: number) =>
  `4500${hex(length)} 0001 4000 3f ${protocol} 0000 ac1e4c07 ac1e0902`;
const ECHO = '0800 f7f0 0007 0001';
const TAG = '7769726c6162';

function hex(value: number): string {
  return value.toString(16).padStart(4, '0');
}

const FRAMES = {
  // 172.30.76.7 pings 172.30.9.2, as node1's eth0 sees it: 20 + 8 + 8 + 14 + 20 + 8 + 6 bytes
  overlayPing: `${underlay('11', 84)} c000 2118 0040 0000 08000000 00000100 ${VTEP2}${VTEP1}0800 ${pods('01', 34)} ${ECHO} ${TAG}`,
  overlayWithoutVni: `${underlay('11', 84)} c000 2118 0040 0000 00000000 00000100 ${VTEP2}${VTEP1}0800 ${pods('01', 34)} ${ECHO} ${TAG}`,
  overlayArp: `${underlay('11', 78)} c000 2118 003a 0000 08000000 00000100 ffffffffffff${VTEP1}0806 0001 0800 06 04 0001 ${VTEP1} ac1e4c00 000000000000 ac1e0902`,
  // the same ping inside IP alone
  ipip: `${underlay('04', 54)} ${pods('01', 34)} ${ECHO} ${TAG}`,
  barePing: `${NODE2}${NODE1}0800 ${pods('01', 34)} ${ECHO} ${TAG}`,
  bareReply: `${NODE1}${NODE2}0800 4500 0022 0002 0000 3f 01 0000 ac1e0902 ac1e4c07 0000 fff0 0007 0001 ${TAG}`,
  udp: `${NODE2}${NODE1}0800 ${pods('11', 34)} 1388 0035 000e 0000 ${TAG}`,
  tcp: `${NODE2}${NODE1}0800 ${pods('06', 40)} 1388 0050 00000001 00000000 5002 ffff 0000 0000`,
  whoHas: `ffffffffffff${NODE1}0806 0001 0800 06 04 0001 ${NODE1} c0a80015 000000000000 c0a80016`,
  isAt: `${NODE1}${NODE2}0806 0001 0800 06 04 0002 ${NODE2} c0a80016 ${NODE1} c0a80015`,
  fragNeeded: `${NODE1}${NODE2}0800 4500 0038 0000 0000 40 01 0000 ac1e4c01 ac1e4c07 0304 0000 0000 05aa ${pods('11', 1500)} 1388 0035 05c8 0000`,
  timeExceeded: `${NODE1}${NODE2}0800 4500 0038 0000 0000 40 01 0000 ac1e4c01 ac1e4c07 0b00 0000 00000000 ${pods('11', 60)} 1388 0035 0028 0000`,
  unreachable: (code: string) =>
    `${NODE1}${NODE2}0800 4500 0038 0000 0000 40 01 0000 ac1e4c01 ac1e4c07 03${code} 0000 00000000 ${pods('11', 60)} 1388 0035 0028 0000`,
  ipv6Ping: `${NODE2}${NODE1}86dd 60000000 0008 3a 40 fd000172007600000000000000000007 fd000172000900000000000000000002 8000 0000 0007 0001`,
};

function reasons(want: FrameExpectation, frame: string, direction: 'in' | 'out' = 'out'): string[] {
  const bytes = bytesOf(frame);
  return mismatches(want, decode(bytes), { direction, lengthBytes: bytes.length });
}

describe('a frame fits an expectation when every key holds', () => {
  it.for<[keyof FrameExpectation, FrameExpectation, string]>([
    ['outer', { outer: '192.168.0.21 > 192.168.0.22' }, FRAMES.overlayPing],
    ['outer', { outer: '* > 192.168.0.22' }, FRAMES.overlayPing],
    ['outer', { outer: '192.168.0.21 > *' }, FRAMES.ipip],
    ['outerEther', { outerEther: '02:c0:a8:00:00:15 > 02:C0:A8:00:00:16' }, FRAMES.overlayPing],
    ['vxlan', { vxlan: {} }, FRAMES.overlayPing],
    ['vxlan', { vxlan: {} }, FRAMES.overlayWithoutVni],
    ['vxlan', { vxlan: { vni: 1, port: 8472 } }, FRAMES.overlayPing],
    ['inner', { inner: '172.30.76.7 > 172.30.9.2' }, FRAMES.overlayPing],
    ['inner', { inner: '172.30.76.7 > 172.30.9.2' }, FRAMES.ipip],
    ['innerEther', { innerEther: '02:00:00:00:00:21 > 96:8f:2d:49:c5:31' }, FRAMES.overlayPing],
    ['ether', { ether: '02:c0:a8:00:00:15 > *' }, FRAMES.overlayPing],
    ['ip', { ip: '172.30.76.7 > 172.30.9.2' }, FRAMES.barePing],
    ['ip', { ip: '* > *' }, FRAMES.barePing],
    ['ip', { ip: 'FD00:172:76:0:0::7 > fd00:0172:0009::0002' }, FRAMES.ipv6Ping],
    ['icmp', { icmp: 'echo-request' }, FRAMES.barePing],
    ['icmp', { icmp: 'echo-request' }, FRAMES.ipv6Ping],
    ['icmp', { icmp: 'echo-reply' }, FRAMES.bareReply],
    ['icmp', { icmp: 'time-exceeded' }, FRAMES.timeExceeded],
    ['icmp', { icmp: 'net-unreachable' }, FRAMES.unreachable('00')],
    ['icmp', { icmp: 'host-unreachable' }, FRAMES.unreachable('01')],
    ['icmp', { icmp: 'port-unreachable' }, FRAMES.unreachable('03')],
    ['mtu', { icmp: 'frag-needed', mtu: 1450 }, FRAMES.fragNeeded],
    ['arp', { arp: 'who-has 192.168.0.22' }, FRAMES.whoHas],
    ['arp', { arp: 'is-at 02:C0:A8:00:00:16' }, FRAMES.isAt],
    ['udp', { udp: '5000 > 53' }, FRAMES.udp],
    ['udp', { udp: '* > 8472' }, FRAMES.overlayPing],
    ['tcp', { tcp: '* > 80' }, FRAMES.tcp],
    ['ttl', { ttl: 63 }, FRAMES.barePing],
    ['df', { df: true }, FRAMES.barePing],
    ['df', { df: false }, FRAMES.overlayPing],
    ['length', { length: 84 }, FRAMES.overlayPing],
    ['direction', { direction: 'out' }, FRAMES.barePing],
  ])('%s', ([, want, frame]) => {
    expect(reasons(want, frame)).toEqual([]);
  });

  it('with an encapsulation named, icmp, arp, ttl and df speak of the frame inside', () => {
    const outer = '192.168.0.21 > 192.168.0.22';
    expect(reasons({ outer, icmp: 'echo-request', ttl: 63, df: true }, FRAMES.overlayPing)).toEqual([]);
    expect(reasons({ outer, arp: 'who-has 172.30.9.2' }, FRAMES.overlayArp)).toEqual([]);
    expect(reasons({ innerEther: '* > *', ttl: 63 }, FRAMES.overlayPing)).toEqual([]);
    // ... and length of the outermost packet all the same
    expect(reasons({ outer, length: 84 }, FRAMES.overlayPing)).toEqual([]);
  });

  it('without it, they speak of the frame on the wire', () => {
    expect(reasons({ ttl: 64, df: false }, FRAMES.overlayPing)).toEqual([]);
    expect(reasons({ icmp: 'echo-request' }, FRAMES.overlayPing)).toEqual([
      'icmp: want echo-request, got no ICMP: IP 192.168.0.21.49152 > 192.168.0.22.8472: VXLAN vni 1: ' +
        'IP 172.30.76.7 > 172.30.9.2: ICMP echo request, id 7, seq 1, length 14',
    ]);
  });
});

describe('a frame that does not fit has one reason for each key', () => {
  it.for<[string, FrameExpectation, string, string]>([
    [
      'another sender',
      { outer: '192.168.0.22 > 192.168.0.21' },
      FRAMES.overlayPing,
      'outer: want 192.168.0.22 > 192.168.0.21, got 192.168.0.21 > 192.168.0.22',
    ],
    [
      'another receiver',
      { inner: '172.30.76.7 > 172.30.9.3' },
      FRAMES.overlayPing,
      'inner: want 172.30.76.7 > 172.30.9.3, got 172.30.76.7 > 172.30.9.2',
    ],
    [
      'no encapsulation',
      { outer: '* > *' },
      FRAMES.barePing,
      'outer: want * > *, got the frame is not encapsulated',
    ],
    [
      'no encapsulation',
      { inner: '* > *' },
      FRAMES.barePing,
      'inner: want * > *, got the frame is not encapsulated',
    ],
    [
      'no encapsulation',
      { outerEther: '* > *' },
      FRAMES.barePing,
      'outerEther: want * > *, got the frame is not encapsulated',
    ],
    [
      'no encapsulation',
      { innerEther: '* > *' },
      FRAMES.barePing,
      'innerEther: want * > *, got the frame is not encapsulated',
    ],
    [
      'no Ethernet inside',
      { innerEther: '* > *' },
      FRAMES.ipip,
      'innerEther: want * > *, got no Ethernet: IP 172.30.76.7 > 172.30.9.2: ICMP echo request, id 7, seq 1, length 14',
    ],
    [
      'no IP inside',
      { inner: '* > *' },
      FRAMES.overlayArp,
      'inner: want * > *, got no IP: ARP, Request who-has 172.30.9.2 tell 172.30.76.0, length 28',
    ],
    [
      'another MAC',
      { outerEther: '02:c0:a8:00:00:16 > *' },
      FRAMES.overlayPing,
      'outerEther: want 02:c0:a8:00:00:16 > *, got 02:c0:a8:00:00:15 > 02:c0:a8:00:00:16',
    ],
    [
      'another MAC',
      { innerEther: '* > 96:8f:2d:49:c5:32' },
      FRAMES.overlayPing,
      'innerEther: want * > 96:8f:2d:49:c5:32, got 02:00:00:00:00:21 > 96:8f:2d:49:c5:31',
    ],
    [
      'another MAC',
      { ether: '* > ff:ff:ff:ff:ff:ff' },
      FRAMES.barePing,
      'ether: want * > ff:ff:ff:ff:ff:ff, got 02:c0:a8:00:00:15 > 02:c0:a8:00:00:16',
    ],
    [
      'no VXLAN',
      { vxlan: { vni: 1 } },
      FRAMES.udp,
      'vxlan: want vni 1, got none: IP 172.30.76.7.5000 > 172.30.9.2.53: UDP, length 6',
    ],
    [
      'no VXLAN',
      { vxlan: {} },
      FRAMES.ipip,
      'vxlan: want VXLAN, got none: IP 192.168.0.21 > 192.168.0.22: IP 172.30.76.7 > 172.30.9.2: ICMP echo request, id 7, seq 1, length 14',
    ],
    ['another VNI', { vxlan: { vni: 2 } }, FRAMES.overlayPing, 'vxlan.vni: want 2, got 1'],
    [
      'no valid VNI',
      { vxlan: { vni: 1 } },
      FRAMES.overlayWithoutVni,
      'vxlan.vni: want 1, got none: the I flag is unset (the field says 1)',
    ],
    ['another port', { vxlan: { port: 4789 } }, FRAMES.overlayPing, 'vxlan.port: want 4789, got 8472'],
    [
      'an encapsulation',
      { ip: '192.168.0.21 > 192.168.0.22' },
      FRAMES.ipip,
      'ip: want 192.168.0.21 > 192.168.0.22 and no encapsulation, got IP 192.168.0.21 > 192.168.0.22: IP 172.30.76.7 > 172.30.9.2: ICMP echo request, id 7, seq 1, length 14',
    ],
    [
      'other addresses',
      { ip: '172.30.9.2 > 172.30.76.7' },
      FRAMES.barePing,
      'ip: want 172.30.9.2 > 172.30.76.7, got 172.30.76.7 > 172.30.9.2',
    ],
    [
      'no IP',
      { ip: '* > *' },
      FRAMES.whoHas,
      'ip: want * > *, got no IP: ARP, Request who-has 192.168.0.22 tell 192.168.0.21, length 28',
    ],
    ['another message', { icmp: 'echo-reply' }, FRAMES.barePing, 'icmp: want echo-reply, got echo-request'],
    [
      'another message',
      { icmp: 'port-unreachable' },
      FRAMES.unreachable('01'),
      'icmp: want port-unreachable, got host-unreachable',
    ],
    [
      'a message without name',
      { icmp: 'port-unreachable' },
      FRAMES.unreachable('0e'),
      'icmp: want port-unreachable, got type 3 code 14',
    ],
    [
      'no ICMP',
      { icmp: 'echo-request' },
      FRAMES.udp,
      'icmp: want echo-request, got no ICMP: IP 172.30.76.7.5000 > 172.30.9.2.53: UDP, length 6',
    ],
    ['another MTU', { mtu: 1400 }, FRAMES.fragNeeded, 'mtu: want 1400, got 1450'],
    [
      'no MTU',
      { mtu: 1450 },
      FRAMES.barePing,
      'mtu: want 1450, got no frag-needed message: IP 172.30.76.7 > 172.30.9.2: ICMP echo request, id 7, seq 1, length 14',
    ],
    [
      'another question',
      { arp: 'who-has 192.168.0.23' },
      FRAMES.whoHas,
      'arp: want who-has 192.168.0.23, got who-has 192.168.0.22',
    ],
    [
      'a question, not an answer',
      { arp: 'is-at 02:c0:a8:00:00:15' },
      FRAMES.whoHas,
      'arp: want is-at 02:c0:a8:00:00:15, got who-has 192.168.0.22',
    ],
    [
      'another answer',
      { arp: 'is-at 02:c0:a8:00:00:17' },
      FRAMES.isAt,
      'arp: want is-at 02:c0:a8:00:00:17, got is-at 02:c0:a8:00:00:16',
    ],
    [
      'no ARP',
      { arp: 'who-has 172.30.9.2' },
      FRAMES.udp,
      'arp: want who-has 172.30.9.2, got no ARP: IP 172.30.76.7.5000 > 172.30.9.2.53: UDP, length 6',
    ],
    ['another port', { udp: '5000 > 54' }, FRAMES.udp, 'udp: want 5000 > 54, got 5000 > 53'],
    [
      'TCP, not UDP',
      { udp: '* > 80' },
      FRAMES.tcp,
      'udp: want * > 80, got no UDP: IP 172.30.76.7.5000 > 172.30.9.2.80: Flags [S], seq 1, win 65535, length 0',
    ],
    ['another port', { tcp: '80 > *' }, FRAMES.tcp, 'tcp: want 80 > *, got 5000 > 80'],
    [
      'UDP, not TCP',
      { tcp: '* > 53' },
      FRAMES.udp,
      'tcp: want * > 53, got no TCP: IP 172.30.76.7.5000 > 172.30.9.2.53: UDP, length 6',
    ],
    ['one hop too few', { ttl: 62 }, FRAMES.barePing, 'ttl: want 62, got 63'],
    [
      'no IP',
      { ttl: 62 },
      FRAMES.isAt,
      'ttl: want 62, got no IP: ARP, Reply 192.168.0.22 is-at 02:c0:a8:00:00:16, length 28',
    ],
    ['DF set', { df: false }, FRAMES.barePing, 'df: want false, got true'],
    ['DF unset', { df: true }, FRAMES.overlayPing, 'df: want true, got false'],
    [
      'no such bit',
      { df: true },
      FRAMES.ipv6Ping,
      'df: want true, got no IPv4: IP6 fd00:172:76::7 > fd00:172:9::2: ICMP6, echo request, id 7, seq 1, length 8',
    ],
    ['another length', { length: 34 }, FRAMES.overlayPing, 'length: want 34, got 84'],
    [
      'no length',
      { length: 34 },
      FRAMES.whoHas,
      'length: want 34, got no IP: ARP, Request who-has 192.168.0.22 tell 192.168.0.21, length 28',
    ],
    ['the other direction', { direction: 'in' }, FRAMES.barePing, 'direction: want in, got out'],
  ])('%s: %o', ([, want, frame, reason]) => {
    expect(reasons(want, frame)).toEqual([reason]);
  });

  it('and one for each of several', () => {
    const want: FrameExpectation = {
      outer: '192.168.0.22 > *',
      vxlan: { vni: 2, port: 4789 },
      icmp: 'echo-reply',
      ttl: 63,
    };
    expect(reasons(want, FRAMES.overlayPing).map((reason) => reason.split(':')[0])).toEqual([
      'outer',
      'vxlan.vni',
      'vxlan.port',
      'icmp',
    ]);
  });

  it('also where the expectation itself is not of the form that it must have', () => {
    expect(reasons({ ip: '172.30.76.7' }, FRAMES.barePing)).toEqual([
      'ip: want 172.30.76.7, got an expectation that is not of the form `source > destination`',
    ]);
    expect(reasons({ arp: 'who-is 192.168.0.22' }, FRAMES.whoHas)).toEqual([
      'arp: want who-is 192.168.0.22, got an expectation that is neither `who-has ADDRESS` nor `is-at MAC`',
    ]);
  });

  it('a VXLAN port that the lab does not use is plain UDP', () => {
    const bytes = bytesOf(FRAMES.overlayPing);
    const packet = decode(bytes, { vxlanPorts: new Set([4790]) });
    const meta = { direction: 'out' as const, lengthBytes: bytes.length };
    expect(mismatches({ ip: '192.168.0.21 > 192.168.0.22', udp: '* > 8472' }, packet, meta)).toEqual([]);
    expect(mismatches({ vxlan: {} }, packet, meta)).toHaveLength(1);
  });
});

describe('the nearest frames come first', () => {
  const captured = (frame: string, timeSeconds: number): CapturedFrame => {
    const bytes = bytesOf(frame);
    return { place: 'node1/eth0', direction: 'out', timeSeconds, lengthBytes: bytes.length, bytes };
  };
  const frames = [FRAMES.whoHas, FRAMES.udp, FRAMES.bareReply, FRAMES.barePing, FRAMES.overlayPing].map(
    captured,
  );

  it('those that miss in fewer keys', () => {
    const near = nearest(
      { outer: '192.168.0.21 > 192.168.0.22', vxlan: { vni: 7 }, icmp: 'echo-request' },
      frames,
    );
    expect(near).toHaveLength(3);
    expect(near[0]?.frame).toBe(frames[4]);
    expect(near[0]?.reasons).toEqual(['vxlan.vni: want 7, got 1']);
  });

  it('among equals, those that have something else before those that have nothing', () => {
    const near = nearest({ ip: '172.30.76.8 > 172.30.9.2', icmp: 'time-exceeded' }, frames, { count: 5 });
    expect(near.map(({ frame }) => frames.indexOf(frame))).toEqual([2, 3, 1, 0, 4]);
  });

  it('none of none', () => {
    expect(nearest({ icmp: 'echo-request' }, [])).toEqual([]);
  });
});

describe('a tag', () => {
  const tag = bytesOf(TAG);

  it('is found in the frame that carries it, encapsulated or not, and in a view of a larger buffer', () => {
    expect(contains(bytesOf(FRAMES.barePing), tag)).toBe(true);
    expect(contains(bytesOf(FRAMES.overlayPing), tag)).toBe(true);
    const larger = bytesOf(`${TAG}${FRAMES.tcp}${TAG}`);
    expect(contains(larger.subarray(tag.length, larger.length - tag.length), tag)).toBe(false);
    expect(contains(larger.subarray(tag.length), tag)).toBe(true);
  });

  it('is not found in others, nor in a part of itself, and an empty one is nowhere', () => {
    expect(contains(bytesOf(FRAMES.tcp), tag)).toBe(false);
    expect(contains(tag.subarray(1), tag)).toBe(false);
    expect(contains(bytesOf(FRAMES.barePing), new Uint8Array())).toBe(false);
  });
});

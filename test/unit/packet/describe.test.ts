import { describe as group, expect, it } from 'vitest';
import { decode } from '../../../src/packet/decode.ts';
import { describe } from '../../../src/packet/describe.ts';
import { bytesOf } from './captures.ts';

// tcpdump.test.ts compares everything that tcpdump prints too; here is what it does not print.
const ETHERNET = '02000000000a 02000000000b';
const packet = (fragment: string, protocol: string) =>
  `4500 001c 1234 ${fragment} 40 ${protocol} 0000 c0a80015 c0a80016`;
const ECHO = '0800 f7f0 0007 0008';

group('a frame is one line', () => {
  it.for<[string, string, string]>([
    [
      'in a VLAN',
      `${ETHERNET} 8100 e005 0800 ${packet('4000', '01')} ${ECHO}`,
      'vlan 5, p 7, IP 192.168.0.21 > 192.168.0.22: ICMP echo request, id 7, seq 8, length 8',
    ],
    [
      'the first fragment',
      `${ETHERNET} 0800 ${packet('2000', '01')} ${ECHO}`,
      'IP 192.168.0.21 > 192.168.0.22: ICMP echo request, id 7, seq 8, length 8 (frag 4660:8@0+)',
    ],
    [
      'the last fragment',
      `${ETHERNET} 0800 ${packet('00b9', '01')} ${ECHO}`,
      'IP 192.168.0.21 > 192.168.0.22: ip-proto-1 (frag 4660:8@1480)',
    ],
    [
      'of a protocol without words',
      `${ETHERNET} 0800 ${packet('4000', '84')} ${ECHO}`,
      'IP 192.168.0.21 > 192.168.0.22: ip-proto-132 8',
    ],
    [
      'of another kind',
      `${ETHERNET} 88b5 0102030405`,
      '02:00:00:00:00:0b > 02:00:00:00:00:0a, ethertype 0x88b5, length 19',
    ],
    [
      'with a wrong header',
      `${ETHERNET} 0800 43`,
      '02:00:00:00:00:0b > 02:00:00:00:00:0a, ethertype 0x0800, length 15 [|ipv4: 20 bytes needed, 1 left in the packet]',
    ],
    ['of nothing', '', 'frame, length 0 [|ethernet: 14 bytes needed, 0 left in the packet]'],
  ])('%s', ([, hex, want]) => {
    const bytes = bytesOf(hex);
    expect(describe(decode(bytes), bytes.length)).toBe(want);
  });

  it('with the length on the wire where the capture was cut', () => {
    const bytes = bytesOf(`${ETHERNET} 88b5 0102`);
    expect(describe(decode(bytes, { lengthBytes: 60 }), 60)).toContain('length 60');
  });
});

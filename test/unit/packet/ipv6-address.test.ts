import { isIPv6 } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ipv6Text, normalIpv6 } from '../../../src/packet/ipv6-address.ts';
import { randomNumbers } from './random.ts';

/** Node's own URL parser: WHATWG's serialisation is RFC 5952's, except that it never writes dotted numbers. */
function byUrl(text: string): string {
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

describe('IPv6 addresses are written as RFC 5952 has it', () => {
  it.for<[string, string]>([
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'], // the first of two equal runs
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'], // the longer run
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'], // a single zero group stays
    ['0:0:0:0:0:0:0:0', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['fe80:0:0:0:0:0:0:0', 'fe80::'],
    ['2001:DB8::ABCD', '2001:db8::abcd'],
    ['0:0:0:0:0:ffff:10.0.0.1', '::ffff:10.0.0.1'],
    ['::ffff:a00:1', '::ffff:10.0.0.1'],
    ['::1.2.3.4', '::1.2.3.4'],
  ])('%s is %s', ([text, want]) => {
    expect(normalIpv6(text)).toBe(want);
  });

  it('like the URL parser does, for 2,000 addresses', () => {
    const random = randomNumbers(1);
    for (let round = 0; round < 2000; round++) {
      const groups = Array.from({ length: 8 }, () => (random() < 0.5 ? 0 : Math.floor(random() * 65_536)));
      const text = ipv6Text(groups);
      expect(isIPv6(text)).toBe(true);
      expect(byUrl(text)).toBe(byUrl(groups.map((group) => group.toString(16)).join(':')));
      if (!text.includes('.')) expect(text).toBe(byUrl(text));
      expect(normalIpv6(text)).toBe(text);
    }
  });

  it.for([
    '10.0.0.1',
    '',
    ':',
    ':::',
    '1:2:3',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '*',
    '1:2:3:4:5:6:7::8',
  ])('what is no such address stays as it is: %s', (text) => {
    expect(isIPv6(text)).toBe(false);
    expect(normalIpv6(text)).toBe(text);
  });
});

import { BlockList } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  addressBytes,
  addressOf,
  addressProblem,
  broadcastAddress,
  cidrProblem,
  compareCidrs,
  contains,
  familyOf,
  hostCount,
  interfaceProblem,
  memberProblem,
  netmask,
  networkAddress,
  networkOf,
  networkProblem,
  nthAddress,
  overlapping,
  overlaps,
  prefixLengthOf,
  unicastProblem,
} from '../../../src/model/cidr.ts';
import { randomFrom } from '../../helpers/random.ts';

describe('an IPv4 address', () => {
  it.each(['0.0.0.0', '10.0.0.1', '172.30.76.7', '255.255.255.255'])('is %s', (text) => {
    expect(addressProblem(text)).toBeUndefined();
    expect(familyOf(text)).toBe(4);
  });

  it.each([
    ['', 'empty'],
    ['10.0.0', '3 parts'],
    ['10', 'one part'],
    ['10.0.0.0.1', '5 parts'],
    ['10.0.0.256', 'more than 255'],
    ['10.0.0.010', 'octal'],
    ['10.0.0.00', 'octal'],
    ['0xa.0.0.1', 'no decimal'],
    ['0x0a000001', 'one part'],
    ['10.0.0.', 'no decimal'],
    ['10.0..1', 'no decimal'],
    ['10.0.0.1 ', 'white space'],
    ['10.0.0.-1', 'no address'],
    ['10.0.0.1/24', 'prefix length does not belong'],
    ['fd00::1', 'IPv6'],
    ['node1', 'no address'],
    ['1０.0.0.1', 'no address'],
  ])('is not %j', (text, reason) => {
    expect(addressProblem(text)).toContain(reason);
  });
});

describe('an IPv6 address', () => {
  it.each(['::1', 'fd00:10:244::7', '2001:db8::192.0.2.1', 'FE80::1'])('is %s', (text) => {
    expect(addressProblem(text, 6)).toBeUndefined();
    expect(familyOf(text)).toBe(6);
  });

  it.each([':', '1::2::3', 'fe80::1%eth0', '12345::', '10.0.0.1', ''])('is not %j', (text) => {
    expect(addressProblem(text, 6)).toBeTypeOf('string');
  });
});

describe('a network', () => {
  it.each(['0.0.0.0/0', '10.0.0.0/8', '172.30.76.0/24', '172.30.76.4/30', '172.30.76.5/32'])(
    'is %s',
    (text) => {
      expect(networkProblem(text)).toBeUndefined();
    },
  );

  it.each([
    ['172.30.76.1/24', 'the network is 172.30.76.0/24'],
    ['172.30.76.0/16', 'the network is 172.30.0.0/16'],
    ['172.30.76.0', 'prefix length is missing'],
    ['172.30.76.0/', '0 to 32'],
    ['172.30.76.0/33', '0 to 32'],
    ['172.30.76.0/024', '0 to 32'],
    ['172.30.76.0/24/8', '0 to 32'],
    ['172.30.76.0/-1', '0 to 32'],
    ['172.30.76.0/255.255.255.0', '0 to 32'],
    ['172.30.76/24', '3 parts'],
  ])('is not %s', (text, reason) => {
    expect(networkProblem(text)).toContain(reason);
  });

  it('may be IPv6', () => {
    expect(networkProblem('fd00:10:244::/56', 6)).toBeUndefined();
    expect(networkProblem('fd00:10:244::1/56', 6)).toContain('fd00:10:244::/56');
    expect(cidrProblem('fd00::1/129', 6)).toContain('0 to 128');
  });

  it('has an address, a length, a first and a last address, a mask', () => {
    expect(addressOf('192.168.0.21/24')).toBe('192.168.0.21');
    expect(prefixLengthOf('192.168.0.21/24')).toBe(24);
    expect(networkOf('192.168.0.21/24')).toBe('192.168.0.0/24');
    expect(networkAddress('192.168.0.21/20')).toBe('192.168.0.0');
    expect(broadcastAddress('192.168.0.21/20')).toBe('192.168.15.255');
    expect([0, 8, 20, 24, 31, 32].map(netmask)).toEqual([
      '0.0.0.0',
      '255.0.0.0',
      '255.255.240.0',
      '255.255.255.0',
      '255.255.255.254',
      '255.255.255.255',
    ]);
    expect(networkOf('2001:db8:0:0:1::5/64')).toBe('2001:db8::/64');
    expect(broadcastAddress('2001:db8::/126')).toBe('2001:db8::3');
  });

  it('counts its hosts', () => {
    expect(['10.0.0.0/8', '10.0.0.0/24', '10.0.0.0/30', '10.0.0.0/31', '10.0.0.0/32'].map(hostCount)).toEqual(
      [16777214, 254, 2, 2, 1],
    );
    expect(hostCount('fd00::/120')).toBe(256);
  });

  it('numbers its addresses', () => {
    expect(nthAddress('172.30.76.0/24', 1)).toBe('172.30.76.1');
    expect(nthAddress('10.0.0.0/8', 65536 + 256 + 2)).toBe('10.1.1.2');
    expect(nthAddress('fd00::/64', 10)).toBe('fd00::a');
    expect(() => nthAddress('172.30.76.0/24', 256)).toThrow(RangeError);
    expect(() => nthAddress('172.30.76.0/24', -1)).toThrow(RangeError);
  });

  it('contains what node:net says it contains', () => {
    const random = randomFrom(7);
    const byte = (): number => Math.floor(random() * 256);
    for (let round = 0; round < 2000; round++) {
      const address = [byte(), byte(), byte(), byte()].join('.');
      const near = [address.split('.')[0], byte(), byte(), byte()].join('.');
      const length = Math.floor(random() * 33);
      const list = new BlockList();
      list.addSubnet(address, length, 'ipv4');
      expect([address, length, near, contains(`${address}/${length}`, near)]).toEqual([
        address,
        length,
        near,
        list.check(near),
      ]);
    }
  });

  it('contains a network only as a whole, and nothing of another family', () => {
    expect(contains('172.30.0.0/16', '172.30.76.0/24')).toBe(true);
    expect(contains('172.30.76.0/24', '172.30.0.0/16')).toBe(false);
    expect(contains('0.0.0.0/0', '::1')).toBe(false);
    expect(overlaps('172.30.76.0/24', '172.30.0.0/16')).toBe(true);
    expect(overlaps('172.30.76.0/24', '172.30.77.0/24')).toBe(false);
  });

  it('sorts by address, the wider first', () => {
    expect(
      ['10.0.1.0/24', 'fd00::/8', '10.0.0.0/24', '10.0.0.0/8', '9.0.0.0/8'].toSorted(compareCidrs),
    ).toEqual(['9.0.0.0/8', '10.0.0.0/8', '10.0.0.0/24', '10.0.1.0/24', 'fd00::/8']);
  });

  it('is said to overlap another once for each that does, the earlier in the list first', () => {
    const networks = [
      '10.1.0.0/16',
      '10.0.0.0/8',
      '11.0.0.0/8',
      '10.1.2.0/24',
      '11.0.0.0/8',
      '12.0.0.0/8',
    ].map((cidr) => ({
      cidr,
    }));
    expect(
      overlapping(networks).map(([first, second]) => [networks.indexOf(first), networks.indexOf(second)]),
    ).toEqual([
      [0, 1],
      [1, 3],
      [2, 4],
    ]);
  });
});

describe('an address on a network', () => {
  it('is no host there if it is outside, the network itself or the broadcast address', () => {
    expect(memberProblem('172.30.76.0/24', '172.30.76.7')).toBeUndefined();
    expect(memberProblem('172.30.76.0/24', '172.30.9.2')).toContain('outside');
    expect(memberProblem('172.30.76.0/24', '172.30.76.0')).toContain('network address');
    expect(memberProblem('172.30.76.0/24', '172.30.76.255')).toContain('broadcast');
  });

  it.each([
    ['192.168.0.21/24', undefined],
    ['192.168.0.21/31', undefined],
    ['192.168.0.0/24', 'network address'],
    ['192.168.0.255/24', 'broadcast'],
    ['192.168.0.21/32', 'no room'],
    ['192.168.0.21/0', 'no room'],
    ['127.0.0.1/8', 'loopback'],
    ['224.0.0.5/24', 'multicast'],
    ['0.1.2.3/8', 'this'],
    ['250.0.0.1/8', 'reserved'],
  ])('%s as that of an interface', (cidr, reason) => {
    const problem = interfaceProblem(cidr);
    if (reason === undefined) expect(problem).toBeUndefined();
    else expect(problem).toContain(reason);
  });

  it('that is no machine’s is named by its range', () => {
    expect(unicastProblem('255.255.255.255')).toContain('240.0.0.0/4');
    expect(unicastProblem('10.0.0.1')).toBeUndefined();
  });

  it('has bytes', () => {
    expect(addressBytes('172.30.76.7')).toEqual([172, 30, 76, 7]);
    expect(addressBytes('::1')).toEqual([...Array<number>(15).fill(0), 1]);
    expect(() => addressBytes('172.30.76.0/24')).toThrow(RangeError);
    expect(() => networkOf('nonsense')).toThrow(RangeError);
  });
});

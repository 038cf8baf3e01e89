import { describe, expect, test } from 'vitest';
import { missAnswer, parseMiss } from '../../../src/component/flannel/miss.ts';

const remotes = [
  { node: 'node2', subnet: '172.30.9.0/24', publicIP: '192.168.0.22', vtepMAC: '96:8f:2d:49:c5:31' },
  { node: 'node3', subnet: '172.30.10.0/24', publicIP: '192.168.0.23', vtepMAC: '96:8f:2d:49:c5:32' },
];

describe('a line of `ip monitor neigh`', () => {
  // As iproute2 6.1 prints them.
  test('that begins with miss is a question of the kernel', () => {
    expect(parseMiss('miss 172.30.9.2 dev flannel.1 INCOMPLETE')).toEqual({
      address: '172.30.9.2',
      dev: 'flannel.1',
    });
    expect(parseMiss('miss dev flannel.1 172.30.9.2 STALE')).toEqual({
      address: '172.30.9.2',
      dev: 'flannel.1',
    });
    expect(parseMiss('miss 172.30.9.2 INCOMPLETE')).toEqual({ address: '172.30.9.2', dev: undefined });
  });

  test.each([
    '172.30.9.2 dev flannel.1 lladdr 96:8f:2d:49:c5:31 REACHABLE',
    'Deleted 172.30.9.2 dev flannel.1 INCOMPLETE',
    'miss fe80::1 dev eth0 INCOMPLETE',
    'dev flannel.1 lladdr 96:8f:2d:49:c5:31 PERMANENT',
    '',
  ])('of another kind is none: %j', (line) => {
    expect(parseMiss(line)).toBeUndefined();
  });
});

describe("flannel v0.7's answer to a miss", () => {
  test('is the MAC of the VTEP whose lease has the address', () => {
    expect(missAnswer({ address: '172.30.10.77', dev: 'flannel.1' }, remotes, 'flannel.1')).toBe(
      'neighbour replace 172.30.10.77 lladdr 96:8f:2d:49:c5:32 dev flannel.1 nud reachable',
    );
  });

  test('is nothing for an address in no lease', () => {
    expect(missAnswer({ address: '172.30.11.1', dev: 'flannel.1' }, remotes, 'flannel.1')).toBeUndefined();
  });

  test('is nothing for another device, whose neighbours ARP finds', () => {
    expect(missAnswer({ address: '172.30.9.2', dev: 'docker0' }, remotes, 'flannel.1')).toBeUndefined();
  });
});

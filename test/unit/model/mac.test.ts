import { describe, expect, it } from 'vitest';
import { dockerBridgeMAC, dockerMAC, macProblem, normalMAC, seededMAC } from '../../../src/model/mac.ts';

describe('a MAC', () => {
  it.each(['02:42:67:05:b5:30', '8a:22:81:5e:d8:b7', '00:15:5d:02:b2:00', 'CA:EB:F6:28:5D:C1'])(
    'is %s',
    (text) => {
      expect(macProblem(text)).toBeUndefined();
    },
  );

  it.each([
    ['02-42-67-05-b5-30', 'dashes'],
    ['0242.6705.b530', 'six bytes'],
    ['02:42:67:05:b5', 'six bytes'],
    ['02:42:67:05:b5:30:00', 'six bytes'],
    ['2:42:67:5:b5:30', 'six bytes'],
    ['02:42:67:05:b5:3g', 'six bytes'],
    ['', 'six bytes'],
    ['01:00:5e:00:00:01', 'group'],
    ['ff:ff:ff:ff:ff:ff', 'group'],
    ['00:00:00:00:00:00', 'all zero'],
  ])('is not %j', (text, reason) => {
    expect(macProblem(text)).toContain(reason);
  });

  it('is written in lower case', () => {
    expect(normalMAC('CA:EB:F6:28:5D:C1')).toBe('ca:eb:f6:28:5d:c1');
  });

  it('of a container is 02:42 and its address, as Docker has it', () => {
    // 172 = 0xac, 30 = 0x1e, 76 = 0x4c; the best known one is that of the first container on docker0, 172.17.0.2.
    expect(dockerMAC('172.30.76.7')).toBe('02:42:ac:1e:4c:07');
    expect(dockerMAC('172.17.0.2')).toBe('02:42:ac:11:00:02');
  });

  it('made from a name is unicast, locally administered, and always the same', () => {
    const names = Array.from({ length: 1000 }, (_, index) => `pod-${index}`);
    for (const name of names) {
      expect(macProblem(seededMAC(name))).toBeUndefined();
      expect(Number.parseInt(seededMAC(name).slice(0, 2), 16) & 0b11).toBe(0b10);
      expect(dockerBridgeMAC(name)).toMatch(/^02:42(:[0-9a-f]{2}){4}$/);
    }
    expect(new Set(names.map(seededMAC)).size).toBe(1000);
    expect(seededMAC('pod-1')).toBe(seededMAC('pod-1'));
  });
});

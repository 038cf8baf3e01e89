import { describe, expect, it } from 'vitest';
import { placesAndFilter } from '../../../src/lab/place-words.ts';
import { Failure } from '../../../src/run/failure.ts';

const NAMES = ['node1', 'node2', 'web-7f9c', 'web-8a2b', 'shop.db', 'stp', 'portal'];
const split = (text: string, ...rest: string[]) =>
  placesAndFilter(text === '' ? [] : text.split(' '), rest, NAMES);
const said = (text: string): string => {
  try {
    split(text);
  } catch (error) {
    if (error instanceof Failure) return [error.kind, error.message, ...error.hints].join('\n');
    throw error;
  }
  throw new Error(`${text} is taken`);
};

describe('the words of capture', () => {
  it.each([
    ['', [], ''],
    ['node1', [{ namespace: 'node1' }], ''],
    ['node1/eth0 db', [{ namespace: 'node1', device: 'eth0' }, { namespace: 'shop.db' }], ''],
    ['node1/eth0@if101', [{ namespace: 'node1', device: 'eth0' }], ''],
    ['node1/any', [{ namespace: 'node1' }], ''],
    ['node1 node2 icmp or arp', [{ namespace: 'node1' }, { namespace: 'node2' }], 'icmp or arp'],
    ['node1 host node2', [{ namespace: 'node1' }], 'host node2'],
    ['node1 not port 8472', [{ namespace: 'node1' }], 'not port 8472'],
    ['host web-7f9c', [], 'host web-7f9c'],
    // The word is the beginning of a pod's name, too; only its whole name is a place.
    ['port 80', [], 'port 80'],
    ['node1 ip6', [{ namespace: 'node1' }], 'ip6'],
    ['node1 tcp[13]&2!=0', [{ namespace: 'node1' }], 'tcp[13]&2!=0'],
    ['node1 ( icmp or arp )', [{ namespace: 'node1' }], '( icmp or arp )'],
    ['node1 ! arp', [{ namespace: 'node1' }], '! arp'],
    ['node1 100 < len', [{ namespace: 'node1' }], '100 < len'],
    // Wrong, and tcpdump says why.
    ['node1 and icmp', [{ namespace: 'node1' }], 'and icmp'],
    // A pod with such a name.
    ['stp arp', [{ namespace: 'stp' }], 'arp'],
    ['node1 stp tcp', [{ namespace: 'node1' }, { namespace: 'stp' }], 'tcp'],
  ])('%j', (text, places, filter) => {
    expect(split(text)).toEqual({ places, filter });
  });

  it('a filter may be one word of the shell', () => {
    expect(placesAndFilter(['node1', 'net 10.0.0.0/8'], [], NAMES)).toEqual({
      places: [{ namespace: 'node1' }],
      filter: 'net 10.0.0.0/8',
    });
  });

  it('behind -- all is filter', () => {
    expect(split('node1', 'icmp')).toEqual({ places: [{ namespace: 'node1' }], filter: 'icmp' });
    expect(split('node1', 'foo', 'bar')).toEqual({ places: [{ namespace: 'node1' }], filter: 'foo bar' });
    expect(split('node1 host', 'node2')).toEqual({ places: [{ namespace: 'node1' }], filter: 'host node2' });
  });

  it('a mistyped place is answered with the nearest', () => {
    expect(said('nod1 icmp')).toMatch(/^usage\nthere is no .* "nod1" here; did you mean node1/);
    expect(said('node1 nodde2/eth0 icmp')).toMatch(/did you mean node2/);
    expect(said('node1 node3')).toContain('did you mean node1 or node2?');
    expect(said('node1 foo')).toContain('or behind --');
  });

  it('a name that fits several is refused with all of them', () => {
    expect(said('web')).toContain('"web" is ambiguous: it may be web-7f9c, web-8a2b');
    expect(said('web/eth0')).toContain('web-7f9c, web-8a2b');
  });
});

import { describe, expect, it } from 'vitest';
import {
  deviceNameProblem,
  hostVethName,
  labelProblem,
  namesLike,
  nearest,
  nearestFew,
  podNetns,
  subdomainProblem,
} from '../../../src/model/names.ts';

describe('the namespace of a pod', () => {
  it('has its name, and that of its Kubernetes namespace before it unless that is default', () => {
    expect(podNetns('default', 'web-1')).toBe('web-1');
    expect(podNetns('kube-system', 'kube-dns-7cd94476cd-kr76t')).toBe(
      'kube-system.kube-dns-7cd94476cd-kr76t',
    );
  });
});

describe('a name', () => {
  it.each(['a', '1', 'node1', 'business-manager-666f454f7f-7l86b', 'a'.repeat(63)])('may be %s', (text) => {
    expect(labelProblem(text)).toBeUndefined();
    expect(subdomainProblem(text)).toBeUndefined();
  });

  it.each([
    ['', 'empty'],
    ['Node1', 'upper case'],
    ['node_1', 'only a-z'],
    ['node 1', 'only a-z'],
    ['-node', 'begin and end'],
    ['node-', 'begin and end'],
    ['knödel', 'only a-z'],
    ['../etc', 'dots'],
    ['a'.repeat(64), '64 characters'],
    ['a.b', 'dots'],
  ])('may not be %j', (text, reason) => {
    expect(labelProblem(text)).toContain(reason);
  });

  it('of a pod may have dots, but no empty parts', () => {
    expect(subdomainProblem('web.shop')).toBeUndefined();
    for (const text of ['web..shop', '.web', 'web.', 'web.-shop'])
      expect(subdomainProblem(text)).toContain('begin and end');
  });
});

describe('the name of a device', () => {
  it.each(['eth0', 'flannel.1', 'docker0', 'veth0e921722', 'br_lan', '123456789012345'])(
    'may be %s',
    (text) => {
      expect(deviceNameProblem(text)).toBeUndefined();
    },
  );

  it.each([
    '',
    '.',
    '..',
    'a/b',
    'a b',
    'a:b',
    'a\tb',
    '1234567890123456',
    'knödel',
    '-x',
    'a#b',
    'a\nb',
    'all',
    'default',
    '"',
  ])('may not be %j', (text) => {
    expect(deviceNameProblem(text)).toBeTypeOf('string');
  });
});

describe('the host end of a veth pair', () => {
  it('is named as Docker or the CNI bridge plugin names it, the same for the same pod', () => {
    expect(hostVethName('docker', 'web-1', new Set())).toMatch(/^veth[0-9a-f]{7}$/);
    expect(hostVethName('cni', 'web-1', new Set())).toMatch(/^veth[0-9a-f]{8}$/);
    expect(hostVethName('cni', 'web-1', new Set())).toBe(hostVethName('cni', 'web-1', new Set()));
  });

  it('never has a name that is taken', () => {
    const usual = hostVethName('docker', 'web-1', new Set());
    const taken = new Set([usual]);
    const other = hostVethName('docker', 'web-1', taken);
    expect(other).not.toBe(usual);
    expect(taken).toEqual(new Set([usual, other]));
  });

  it('is different for each of 100,000 pods', () => {
    const taken = new Set<string>();
    for (let index = 0; index < 100_000; index++) hostVethName('docker', `pod-${index}`, taken);
    expect(taken.size).toBe(100_000);
  });
});

describe('a word that is nearly right', () => {
  const keys = ['name', 'address', 'podCIDR', 'gateway', 'mtu', 'mac'];

  it.each([
    ['adress', 'address'],
    ['addrses', 'address'],
    ['podcidr', 'podCIDR'],
    ['podCDIR', 'podCIDR'],
    ['nmae', 'name'],
    ['gatway', 'gateway'],
    ['mtus', 'mtu'],
    ['gate', 'gateway'],
  ])('%s is taken for %s', (word, meant) => {
    expect(nearest(word, keys)).toBe(meant);
  });

  it.each(['', 'colour', 'x', 'a'.repeat(1000)])('%j is taken for nothing', (word) => {
    expect(nearest(word, keys)).toBeUndefined();
  });

  it('may stand for several, the closest first', () => {
    expect(
      nearestFew('flanel-vxlan', ['same-node', 'flannel-vxlan-current', 'flannel-vxlan', 'flannel-vxlam']),
    ).toEqual(['flannel-vxlan', 'flannel-vxlam']);
    expect(nearestFew('web', ['web-1', 'web-2', 'web-3', 'web-4', 'db'])).toEqual([
      'web-1',
      'web-2',
      'web-3',
    ]);
  });
});

describe('a word on the command line', () => {
  const names = [
    'node1',
    'node11',
    'data-product-6664c6dcb9-4zk27',
    'data-product-6664c6dcb9-7bn7p',
    'shop.web',
    'web',
    'kube-system.dns',
  ];

  it.each([
    ['node1', ['node1']],
    ['node', ['node1', 'node11']],
    ['data', ['data-product-6664c6dcb9-4zk27', 'data-product-6664c6dcb9-7bn7p']],
    ['data-product-6664c6dcb9-4', ['data-product-6664c6dcb9-4zk27']],
    ['web', ['web']],
    ['we', ['shop.web', 'web']],
    ['dns', ['kube-system.dns']],
    ['kube', ['kube-system.dns']],
    ['nobody', []],
    ['', []],
  ])('%j fits %j', (word, fits) => {
    expect(namesLike(word, names)).toEqual(fits);
  });
});

import { describe, expect, test } from 'vitest';
import { differences } from '../../../src/kernel/difference.ts';
import { plan } from '../../../src/kernel/plan.ts';
import {
  emptyNamespace,
  type KernelState,
  type ObservedNamespace,
  type Reason,
} from '../../../src/kernel/state.ts';

const reason: Reason = { owner: 'lab', why: 'this test wants it to be there' };

/** node with docker0, and a pod on it. */
function wanted(): KernelState {
  const node = emptyNamespace('node1', 'node');
  node.links.push(
    { name: 'docker0', type: 'bridge', up: true, mtu: 1450, mac: '02:42:00:00:00:01', ...reason },
    {
      name: 'veth1',
      type: 'veth',
      up: true,
      mtu: 1450,
      mac: '02:00:00:00:00:02',
      master: 'docker0',
      ...reason,
    },
  );
  node.addresses.push({ dev: 'docker0', address: '172.30.76.1/24', broadcast: '172.30.76.255', ...reason });
  const pod = emptyNamespace('pod', 'pod');
  pod.links.push({
    name: 'eth0',
    type: 'veth',
    up: true,
    mtu: 1450,
    mac: '02:42:ac:1e:4c:07',
    peer: { namespace: 'node1', name: 'veth1' },
    ...reason,
  });
  pod.addresses.push({ dev: 'eth0', address: '172.30.76.7/24', broadcast: '172.30.76.255', ...reason });
  pod.routes.push({ to: 'default', via: '172.30.76.1', dev: 'eth0', ...reason });
  return { namespaces: [node, pod] };
}

/** The kernel's view when all is as wanted. */
function observed(): Map<string, ObservedNamespace> {
  const empty = { addresses: [], routes: [], neighbours: [], fdb: [], iptables: [], sysctls: [] };
  const lo = { name: 'lo', type: 'loopback' as const, up: true, index: 1 };
  const own = { dev: 'lo', address: '127.0.0.1/8' };
  return new Map<string, ObservedNamespace>([
    [
      'node1',
      {
        ...empty,
        name: 'node1',
        links: [
          lo,
          { name: 'docker0', type: 'bridge', up: true, mtu: 1450, mac: '02:42:00:00:00:01', index: 3 },
          {
            name: 'veth1',
            type: 'veth',
            up: true,
            mtu: 1450,
            mac: '02:00:00:00:00:02',
            master: 'docker0',
            index: 2,
          },
        ],
        addresses: [own, { dev: 'docker0', address: '172.30.76.1/24', broadcast: '172.30.76.255' }],
        routes: [{ to: '172.30.76.0/24', dev: 'docker0', protocol: 'kernel', src: '172.30.76.1' }],
      },
    ],
    [
      'pod',
      {
        ...empty,
        name: 'pod',
        links: [lo, { name: 'eth0', type: 'veth', up: true, mtu: 1450, mac: '02:42:ac:1e:4c:07', index: 2 }],
        addresses: [own, { dev: 'eth0', address: '172.30.76.7/24', broadcast: '172.30.76.255' }],
        routes: [
          { to: 'default', via: '172.30.76.1', dev: 'eth0', protocol: 'boot' },
          { to: '172.30.76.0/24', dev: 'eth0', protocol: 'kernel', src: '172.30.76.7' },
        ],
      },
    ],
  ]);
}

const in1 = (found: Map<string, ObservedNamespace>, name: string): ObservedNamespace => {
  const namespace = found.get(name);
  if (!namespace) throw new Error(`no ${name}`);
  return namespace;
};

describe('a plan', () => {
  test('from nothing makes namespaces, then the pair where its ends belong, then the rest', () => {
    const all = plan(wanted(), new Map());
    expect(all.namespaces).toEqual(['netns add node1', 'netns add pod']);
    expect(all.veths).toEqual([
      'link add name eth0 netns pod mtu 1450 address 02:42:ac:1e:4c:07 type veth peer name veth1 netns node1 mtu 1450 address 02:00:00:00:00:02',
    ]);
    const node = all.steps.find((step) => step.namespace === 'node1');
    expect(node?.ip).toEqual([
      'link set lo up',
      'link add docker0 mtu 1450 address 02:42:00:00:00:01 type bridge',
      'link set docker0 up',
      'link set veth1 master docker0',
      'link set veth1 up',
      'address replace 172.30.76.1/24 broadcast 172.30.76.255 dev docker0',
    ]);
  });

  test('for what is there already is empty', () => {
    const all = plan(wanted(), observed());
    expect({ ...all, files: [] }).toEqual({
      foreignNamespaces: [],
      namespaces: [],
      veths: [],
      steps: [],
      files: [],
    });
  });

  test('puts a deleted route back and nothing else', () => {
    const found = observed();
    in1(found, 'pod').routes.shift();
    const all = plan(wanted(), found);
    expect(all.steps).toEqual([
      {
        namespace: 'pod',
        removeLinks: [],
        ip: ['route replace default via 172.30.76.1 dev eth0'],
        bridge: [],
        sysctls: [],
        iptables: '',
        tc: [],
        foreignNftTables: [],
      },
    ]);
  });

  test('takes foreign rows away, but leaves the kernel its own', () => {
    const found = observed();
    in1(found, 'node1').routes.push({
      to: '10.0.0.0/8',
      via: '172.30.76.9',
      dev: 'docker0',
      protocol: 'boot',
    });
    in1(found, 'node1').addresses.push({ dev: 'docker0', address: '10.9.9.9/24' });
    expect(plan(wanted(), found).steps[0]?.ip).toEqual([
      'route delete 10.0.0.0/8 via 172.30.76.9 dev docker0',
      'address delete 10.9.9.9/24 dev docker0',
      // The kernel takes others of the same network along.
      'address replace 172.30.76.1/24 broadcast 172.30.76.255 dev docker0',
    ]);
  });

  test('makes both ends of a pair anew when one is gone, and what hung on them', () => {
    const found = observed();
    in1(found, 'pod').links = [{ name: 'lo', type: 'loopback', up: true, index: 1 }];
    in1(found, 'pod').addresses.pop();
    in1(found, 'pod').routes = [];
    in1(found, 'node1').links = in1(found, 'node1').links.filter((link) => link.name !== 'veth1');
    const all = plan(wanted(), found);
    expect(all.veths).toHaveLength(1);
    expect(all.steps.find((step) => step.namespace === 'node1')?.ip).toEqual([
      'link set veth1 master docker0',
      'link set veth1 up',
    ]);
    expect(all.steps.find((step) => step.namespace === 'pod')?.ip).toEqual([
      'link set eth0 up',
      'address replace 172.30.76.7/24 broadcast 172.30.76.255 dev eth0',
      'route replace default via 172.30.76.1 dev eth0',
    ]);
  });

  test('mends an attribute in place', () => {
    const found = observed();
    Object.assign(in1(found, 'node1').links[1] ?? {}, { mtu: 1500, up: false });
    expect(plan(wanted(), found).steps[0]?.ip.slice(0, 2)).toEqual([
      'link set docker0 mtu 1450',
      'link set docker0 up',
    ]);
  });
});

describe('differences', () => {
  const of = (name: string, found: Map<string, ObservedNamespace>) => {
    const want = wanted().namespaces.find((candidate) => candidate.name === name);
    if (!want) throw new Error(`no ${name}`);
    return differences(want, in1(found, name));
  };

  test('name the missing row as it could be typed, and who wants it', () => {
    const found = observed();
    in1(found, 'pod').routes.shift();
    expect(of('pod', found)).toMatchObject([
      {
        namespace: 'pod',
        kind: 'route',
        what: 'missing',
        row: 'route default via 172.30.76.1 dev eth0',
        details: [],
        reason,
      },
    ]);
  });

  test('say what differs in a row that is there', () => {
    const found = observed();
    Object.assign(in1(found, 'pod').routes[0] ?? {}, { via: '172.30.76.254' });
    expect(of('pod', found)).toMatchObject([
      { what: 'changed', details: ['via: want 172.30.76.1, got 172.30.76.254'] },
    ]);
  });

  test('pass over what the kernel adds by itself', () => {
    expect(of('node1', observed())).toEqual([]);
  });
});

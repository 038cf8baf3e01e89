import { describe, expect, test } from 'vitest';
import { differences, type Difference } from '../../../src/kernel/difference.ts';
import { DEFAULT_RULES } from '../../../src/kernel/rule.ts';
import { plan, type NamespacePlan } from '../../../src/kernel/plan.ts';
import { emptyNamespace, type ObservedNamespace, type Reason } from '../../../src/kernel/state.ts';

const reason: Reason = { owner: 'lab', why: 'this test wants it to be there' };

/** A node with a bridge, one port of it, and a VXLAN device whose neighbours are learned. */
const node = emptyNamespace('node1', 'node');
node.links.push(
  { name: 'docker0', type: 'bridge', up: true, mac: '02:42:00:00:00:01', ...reason },
  { name: 'veth1', type: 'veth', up: true, mac: '02:00:00:00:00:02', master: 'docker0', ...reason },
);
node.addresses.push({ dev: 'docker0', address: '172.30.76.1/24', broadcast: '172.30.76.255', ...reason });
node.routes.push({ to: '172.30.0.0/16', dev: 'flannel.1', ...reason });
node.answers.push({ dev: 'flannel.1', subnet: '172.30.9.0/24', lladdr: '96:8f:2d:49:c5:31', ...reason });
node.fdb.push({
  dev: 'flannel.1',
  lladdr: '96:8f:2d:49:c5:31',
  dst: '192.168.0.22',
  permanent: true,
  ...reason,
});
node.sysctls.push({ name: 'net/ipv4/ip_forward', value: '1', ...reason });

const fresh = new Map([
  ['net/ipv4/conf/all/rp_filter', '2'],
  ['net/ipv4/conf/default/arp_ignore', '0'],
]);

/** As the kernel has it when nobody touched anything; each test touches something. */
function asWanted(): ObservedNamespace {
  return {
    name: 'node1',
    links: [
      { name: 'lo', type: 'loopback', up: true, index: 1 },
      { name: 'docker0', type: 'bridge', up: true, mac: '02:42:00:00:00:01', index: 2 },
      {
        name: 'veth1',
        type: 'veth',
        up: true,
        mac: '02:00:00:00:00:02',
        master: 'docker0',
        index: 3,
        portState: 'forwarding',
      },
    ],
    addresses: [
      { dev: 'lo', address: '127.0.0.1/8' },
      { dev: 'docker0', address: '172.30.76.1/24', broadcast: '172.30.76.255' },
    ],
    routes: [
      { to: '172.30.0.0/16', dev: 'flannel.1', protocol: 'boot' },
      { to: '172.30.76.0/24', dev: 'docker0', protocol: 'kernel', scope: 'link', src: '172.30.76.1' },
      ...[
        ['lo', '127.0.0.1'],
        ['docker0', '172.30.76.1'],
      ].map(([dev = '', to = '']) => ({
        table: 'local',
        type: 'local',
        to,
        dev,
        scope: 'host' as const,
        src: to,
        protocol: 'kernel',
      })),
    ],
    neighbours: [
      { dev: 'flannel.1', address: '172.30.9.2', lladdr: '96:8f:2d:49:c5:31', state: 'reachable' },
      { dev: 'flannel.1', address: '172.30.9.200', state: 'failed' },
    ],
    fdb: [{ dev: 'flannel.1', lladdr: '96:8f:2d:49:c5:31', dst: '192.168.0.22', permanent: true }],
    iptables: [],
    sysctls: [
      { name: 'net/ipv4/ip_forward', value: '1' },
      { name: 'net/ipv4/conf/docker0/forwarding', value: '1' },
      { name: 'net/ipv4/conf/all/rp_filter', value: '2' },
      { name: 'net/ipv4/conf/docker0/arp_ignore', value: '0' },
    ],
    besides: {
      usesNft: true,
      rules: DEFAULT_RULES,
      bridgeFdb: [],
      qdiscs: [],
      nftTables: [],
      otherIptables: [],
      fresh,
      files: {},
    },
  };
}

function after(touch: (got: ObservedNamespace) => void): {
  drift: Partial<Difference>[];
  mends: Partial<NamespacePlan>;
} {
  const got = asWanted();
  touch(got);
  const { steps } = plan({ namespaces: [node] }, new Map([['node1', got]]));
  const drift = differences(node, got).map(({ what, row, details }) => ({ what, row, details }));
  return { drift, mends: steps[0] ?? {} };
}

describe('what somebody changed in a running lab is seen, and put back', () => {
  test('nothing was changed', () => {
    expect(after(() => undefined)).toEqual({ drift: [], mends: {} });
  });

  test('the route that the kernel made with an address is gone', () => {
    const { drift, mends } = after((got) => got.routes.splice(1, 1));
    const row = 'route 172.30.76.0/24 dev docker0 scope link src 172.30.76.1 proto kernel';
    expect(drift).toEqual([{ what: 'missing', row, details: [] }]);
    expect(mends.ip).toEqual([
      'route replace 172.30.76.0/24 dev docker0 scope link src 172.30.76.1 proto kernel',
    ]);
  });

  test('an address that is gone took its route along: only the address is named', () => {
    const { drift } = after((got) => {
      got.addresses.pop();
      got.routes.splice(1, 1);
    });
    expect(drift).toEqual([{ what: 'missing', row: 'address 172.30.76.1/24 dev docker0', details: [] }]);
  });

  test('a blackhole stands beside or in the place of a route', () => {
    const beside = after((got) =>
      got.routes.push({ to: '172.30.9.0/24', type: 'blackhole', dev: '', protocol: 'boot' }),
    );
    expect(beside.drift).toEqual([{ what: 'foreign', row: 'route blackhole 172.30.9.0/24', details: [] }]);
    expect(beside.mends.ip).toEqual(['route delete blackhole 172.30.9.0/24']);

    const instead = after(
      (got) => (got.routes[0] = { to: '172.30.0.0/16', type: 'blackhole', dev: '', protocol: 'boot' }),
    );
    expect(instead.drift).toMatchObject([{ what: 'changed', row: 'route 172.30.0.0/16 dev flannel.1' }]);
    expect(instead.mends.ip).toEqual(['route replace 172.30.0.0/16 dev flannel.1']);
  });

  test('lo is down, or has lost its address', () => {
    const down = after((got) => Object.assign(got.links[0] ?? {}, { up: false }));
    expect(down.drift).toEqual([
      { what: 'changed', row: 'link lo type loopback', details: ['state: want up, got down'] },
    ]);
    expect(down.mends.ip).toEqual(['link set lo up']);
    expect(after((got) => got.addresses.shift()).mends.ip).toEqual(['address replace 127.0.0.1/8 dev lo']);
  });

  test('an address was put on lo', () => {
    const { drift, mends } = after((got) => got.addresses.push({ dev: 'lo', address: '198.51.100.1/32' }));
    expect(drift).toEqual([{ what: 'foreign', row: 'address 198.51.100.1/32 dev lo', details: [] }]);
    expect(mends.ip).toContain('address delete 198.51.100.1/32 dev lo');
  });

  test('a port of the bridge does not forward, or is kept from the others', () => {
    const { drift, mends } = after((got) => {
      Object.assign(got.links[2] ?? {}, { portState: 'disabled', turnedPort: { isolated: 'on' } });
    });
    expect(drift).toMatchObject([
      {
        what: 'changed',
        row: 'link veth1 type veth',
        details: ['port state: want forwarding, got disabled', 'isolated: want off, got on'],
      },
    ]);
    expect(mends.ip).toEqual(
      expect.arrayContaining([
        'link set veth1 type bridge_slave isolated off',
        'link set veth1 type bridge_slave state 3',
      ]),
    );
  });

  test('a learned neighbour has a MAC that no lease has', () => {
    const { drift, mends } = after((got) =>
      Object.assign(got.neighbours[0] ?? {}, { lladdr: '02:00:00:00:00:99' }),
    );
    expect(drift).toEqual([
      {
        what: 'changed',
        row: 'neighbour 172.30.9.2 lladdr 96:8f:2d:49:c5:31 dev flannel.1 nud reachable',
        details: ['lladdr: want 96:8f:2d:49:c5:31, got 02:00:00:00:00:99'],
      },
    ]);
    expect(mends.ip).toEqual(['neighbour delete 172.30.9.2 dev flannel.1']);
  });

  test('a MAC has a second tunnel end', () => {
    const { drift, mends } = after((got) =>
      got.fdb.push({ dev: 'flannel.1', lladdr: '96:8f:2d:49:c5:31', dst: '192.168.0.99', permanent: true }),
    );
    expect(drift).toMatchObject([
      { what: 'foreign', row: expect.stringContaining('dst 192.168.0.99') as string },
    ]);
    expect(mends.bridge).toEqual(['fdb delete 96:8f:2d:49:c5:31 dev flannel.1 dst 192.168.0.99 self']);
  });

  test('a setting differs from that of a fresh namespace, whatever the host has there', () => {
    const { drift, mends } = after((got) => {
      Object.assign(got.sysctls[2] ?? {}, { value: '1' });
      Object.assign(got.sysctls[3] ?? {}, { value: '8' });
    });
    expect(drift).toEqual([
      { what: 'changed', row: 'sysctl net/ipv4/conf/all/rp_filter = 2', details: ['want 2, got 1'] },
      { what: 'changed', row: 'sysctl net/ipv4/conf/docker0/arp_ignore = 0', details: ['want 0, got 8'] },
    ]);
    expect(mends.sysctls).toEqual(['net/ipv4/conf/all/rp_filter=2', 'net/ipv4/conf/docker0/arp_ignore=0']);
  });

  test('one device does not forward; where none does, ip_forward alone is named', () => {
    const one = after((got) => Object.assign(got.sysctls[1] ?? {}, { value: '0' }));
    expect(one.drift).toMatchObject([{ row: 'sysctl net/ipv4/conf/docker0/forwarding = 1' }]);
    const none = after((got) => {
      for (const sysctl of got.sysctls.slice(0, 2)) sysctl.value = '0';
    });
    expect(none.drift).toMatchObject([{ row: 'sysctl net/ipv4/ip_forward = 1' }]);
  });

  test('somebody wrote a rule where none is wanted', () => {
    const { drift, mends } = after((got) =>
      got.iptables.push(
        { table: 'filter', chain: 'FORWARD', rule: '', policy: 'DROP' },
        { table: 'filter', chain: 'INPUT', rule: '-p udp -m udp --dport 8472 -j DROP' },
      ),
    );
    expect(drift.map(({ row }) => row)).toEqual([
      'iptables -t filter -P FORWARD DROP',
      'iptables -t filter -A INPUT -p udp -m udp --dport 8472 -j DROP',
    ]);
    expect(mends.iptables).toBe(
      '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n',
    );
  });
});

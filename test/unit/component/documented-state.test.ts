import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { kernelState } from '../../../src/component/kernel-state.ts';
import type { KernelState, NamespaceState } from '../../../src/kernel/state.ts';
import { loadLab } from '../../../src/lab/load.ts';

const labs = join(import.meta.dirname, '..', '..', '..', 'labs');

const namespace = (state: KernelState, name: string): NamespaceState => {
  const found = state.namespaces.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no namespace ${name}`);
  return found;
};

const rows = <Row extends object>(list: readonly Row[]) =>
  list.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([key]) => key !== 'why' && key !== 'owner')),
  );

// What follows is document 000, chapter 3, and the source of flannel v0.7.1 (backend/vxlan, network/ipmasq.go), not our own output.
describe("flannel v0.7 wants the documents' rows", () => {
  let state: KernelState;
  beforeAll(async () => {
    state = kernelState((await loadLab(join(labs, 'flannel-vxlan'))).cluster);
  });

  test('node1 sends the whole pod network to flannel.1, and everything else to the gateway', () => {
    expect(rows(namespace(state, 'node1').routes)).toEqual([
      { to: 'default', via: '192.168.0.1', dev: 'eth0', metric: 100 },
      { to: '172.30.0.0/16', dev: 'flannel.1' },
    ]);
  });

  test('one FDB entry per remote node, with its VtepMAC and address', () => {
    expect(rows(namespace(state, 'node1').fdb)).toEqual([
      { dev: 'flannel.1', lladdr: '96:8f:2d:49:c5:31', dst: '192.168.0.22', permanent: true },
    ]);
    expect(rows(namespace(state, 'node2').fdb)).toEqual([
      { dev: 'flannel.1', lladdr: '8a:22:81:5e:d8:b7', dst: '192.168.0.21', permanent: true },
    ]);
  });

  test('no neighbour entry: the kernel is to ask', () => {
    expect(namespace(state, 'node1').neighbours).toEqual([]);
    expect(rows(namespace(state, 'node1').sysctls)).toContainEqual({
      name: 'net/ipv4/neigh/flannel.1/app_solicit',
      value: '3',
    });
  });

  test('flannel.1 is VNI 1 on port 8472 without learning, its MTU 50 less than that of eth0', () => {
    expect(rows(namespace(state, 'node1').links)).toContainEqual({
      name: 'flannel.1',
      type: 'vxlan',
      up: true,
      mtu: 1450,
      mac: '8a:22:81:5e:d8:b7',
      txqueuelen: 0,
      vxlan: { vni: 1, port: 8472, local: '192.168.0.21', dev: 'eth0', learning: false },
    });
  });

  test('the masquerade rules of --ip-masq, in their order', () => {
    expect(
      namespace(state, 'node2').iptables.map(({ table, chain, rule }) => `${table} ${chain} ${rule}`),
    ).toEqual([
      'nat POSTROUTING -s 172.30.0.0/16 -d 172.30.0.0/16 -j RETURN',
      'nat POSTROUTING -s 172.30.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE',
      'nat POSTROUTING ! -s 172.30.0.0/16 -d 172.30.0.0/16 -j MASQUERADE',
    ]);
  });

  test("every pod of the document's list has its address on its node", () => {
    // kubectl get po -o wide, second listing
    const listing: [string, string][] = [
      ['business-manager-666f454f7f-7l86b', '172.30.76.7'],
      ['business-manager-666f454f7f-h5tvw', '172.30.76.6'],
      ['business-manager-666f454f7f-zxmsx', '172.30.9.3'],
      ['data-product-6664c6dcb9-4zk27', '172.30.76.5'],
      ['data-product-6664c6dcb9-7bn7p', '172.30.76.3'],
      ['data-product-6664c6dcb9-tkmms', '172.30.9.2'],
    ];
    for (const [pod, address] of listing) {
      const { addresses, links } = namespace(state, pod);
      expect(addresses.map((row) => row.address)).toEqual([`${address}/24`]);
      expect(links[0]?.peer?.namespace).toBe(address.startsWith('172.30.76.') ? 'node1' : 'node2');
    }
  });
});

// pkg/backend/vxlan/vxlan_network.go and pkg/trafficmngr/iptables/iptables.go of today's flannel.
describe("today's flannel wants three rows per remote node", () => {
  let node: NamespaceState;
  beforeAll(async () => {
    node = namespace(kernelState((await loadLab(join(labs, 'flannel-vxlan-current'))).cluster), 'node2');
  });

  test('route, neighbour and FDB lead to node1', () => {
    expect(rows(node.routes)).toContainEqual({
      to: '172.30.76.0/24',
      via: '172.30.76.0',
      dev: 'flannel.1',
      onlink: true,
    });
    expect(rows(node.neighbours)).toEqual([
      { dev: 'flannel.1', address: '172.30.76.0', lladdr: '8a:22:81:5e:d8:b7', state: 'permanent' },
    ]);
    expect(rows(node.fdb)).toEqual([
      { dev: 'flannel.1', lladdr: '8a:22:81:5e:d8:b7', dst: '192.168.0.21', permanent: true },
    ]);
  });

  test('the chains FLANNEL-POSTRTG and FLANNEL-FWD hold its rules in order', () => {
    const c = '-m comment --comment "flanneld masq"';
    const f = '-m comment --comment "flanneld forward"';
    expect(node.iptables.map(({ chain, rule }) => `-A ${chain} ${rule}`)).toEqual([
      `-A POSTROUTING ${c} -j FLANNEL-POSTRTG`,
      `-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 ${c} -j RETURN`,
      `-A FLANNEL-POSTRTG -s 172.30.9.0/24 -d 172.30.0.0/16 ${c} -j RETURN`,
      `-A FLANNEL-POSTRTG -s 172.30.0.0/16 -d 172.30.9.0/24 ${c} -j RETURN`,
      `-A FLANNEL-POSTRTG ! -s 172.30.0.0/16 -d 172.30.9.0/24 ${c} -j RETURN`,
      `-A FLANNEL-POSTRTG -s 172.30.0.0/16 ! -d 224.0.0.0/4 ${c} -j MASQUERADE --random-fully`,
      `-A FLANNEL-POSTRTG ! -s 172.30.0.0/16 -d 172.30.0.0/16 ${c} -j MASQUERADE --random-fully`,
      `-A FORWARD ${f} -j FLANNEL-FWD`,
      `-A FLANNEL-FWD -s 172.30.0.0/16 ${f} -j ACCEPT`,
      `-A FLANNEL-FWD -d 172.30.0.0/16 ${f} -j ACCEPT`,
    ]);
  });
});

describe('every wanted row', () => {
  test.each(['flannel-vxlan', 'flannel-vxlan-current', 'same-node'])(
    'of %s says who wants it and why',
    async (name) => {
      const state = kernelState((await loadLab(join(labs, name))).cluster);
      for (const { links, addresses, routes, neighbours, fdb, sysctls, iptables } of state.namespaces) {
        for (const row of [
          ...links,
          ...addresses,
          ...routes,
          ...neighbours,
          ...fdb,
          ...sysctls,
          ...iptables,
        ]) {
          expect(row.owner).not.toBe('');
          expect(row.why.length).toBeGreaterThan(10);
        }
      }
    },
  );
});

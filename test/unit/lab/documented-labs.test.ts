import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { loadLab } from '../../../src/lab/load.ts';
import type { Lab } from '../../../src/lab/lab.ts';

// The figures are those of the documents: the listings of chapter 3 (kubectl get po -o wide, ifconfig, bridge fdb) and the walk on one node.
const labs = fileURLToPath(new URL('../../../labs/', import.meta.url));
const podsOf = ({ cluster }: Lab): [string, string, string][] =>
  cluster.pods
    .filter(({ namespace }) => namespace === 'default')
    .map(({ netns, ip, node }) => [netns, ip, node]);

const documentedPods = [
  ['business-manager-666f454f7f-7l86b', '172.30.76.7', 'node1'],
  ['business-manager-666f454f7f-h5tvw', '172.30.76.6', 'node1'],
  ['business-manager-666f454f7f-zxmsx', '172.30.9.3', 'node2'],
  ['data-product-6664c6dcb9-4zk27', '172.30.76.5', 'node1'],
  ['data-product-6664c6dcb9-7bn7p', '172.30.76.3', 'node1'],
  ['data-product-6664c6dcb9-tkmms', '172.30.9.2', 'node2'],
];

it.each(readdirSync(labs))('the lab %s is good and named as its directory', async (name) => {
  expect((await loadLab(`${labs}${name}`)).name).toBe(name);
});

it('flannel-vxlan is the cluster of the documents', async () => {
  const lab = await loadLab(`${labs}flannel-vxlan`);
  const { cluster } = lab;
  expect(podsOf(lab)).toEqual(documentedPods);
  expect(cluster.nodes).toMatchObject([
    {
      name: 'node1',
      address: '192.168.0.21/24',
      podCIDR: '172.30.76.0/24',
      mac: '00:15:5d:02:b2:00',
      bridgeMAC: '02:42:67:05:b5:30',
      vtepMAC: '8a:22:81:5e:d8:b7',
      mtu: 1500,
      gateway: '192.168.0.1',
    },
    {
      name: 'node2',
      address: '192.168.0.22/24',
      podCIDR: '172.30.9.0/24',
      vtepMAC: '96:8f:2d:49:c5:31',
      mtu: 1500,
      gateway: '192.168.0.1',
    },
  ]);
  expect(cluster.bridge).toEqual({ name: 'docker0', style: 'docker', mtu: 1450, hairpin: false });
  expect(cluster.flannel).toEqual({
    era: 'v0.7',
    network: '172.30.0.0/16',
    ipMasq: true,
    backend: { type: 'vxlan', vni: 1, port: 8472 },
  });
  expect(cluster.segments).toEqual([
    { name: 'lan', cidr: '192.168.0.0/24' },
    { name: 'wan', cidr: '203.0.113.0/24' },
  ]);
  expect(cluster.hosts).toEqual([{ name: 'outside', address: '203.0.113.10/24', gateway: '203.0.113.1' }]);
  expect(cluster.pods.find(({ ip }) => ip === '172.30.76.7')?.mac).toBe('02:42:ac:1e:4c:07');
});

it('flannel-vxlan-current is the same cluster on cni0', async () => {
  const lab = await loadLab(`${labs}flannel-vxlan-current`);
  expect(podsOf(lab)).toEqual(documentedPods);
  expect(lab.cluster.bridge).toEqual({ name: 'cni0', style: 'cni', mtu: 1450, hairpin: true });
  expect(lab.cluster.flannel?.era).toBe('current');
});

it('same-node is the walk on one node', async () => {
  const { cluster } = await loadLab(`${labs}same-node`);
  expect(cluster.flannel).toBeUndefined();
  expect(cluster.bridge).toMatchObject({ name: 'cni0', style: 'cni', mtu: 1500 });
  expect(cluster.pods).toMatchObject([
    {
      netns: 'pod1',
      node: 'node1',
      ip: '172.20.1.195',
      mac: 'ca:eb:f6:28:5d:c1',
      index: 3,
      hostVeth: { name: 'veth47097500', index: 49, mac: 'aa:58:d6:99:75:ce' },
    },
    {
      netns: 'pod2',
      node: 'node1',
      ip: '172.20.1.176',
      mac: '2e:18:da:32:6f:0c',
      index: 3,
      hostVeth: { name: 'veth0e921722', index: 32, mac: '32:8f:ee:9c:d0:f8' },
    },
  ]);
});

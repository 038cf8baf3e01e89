import { expect, it } from 'vitest';
import { labPicture } from '../../../src/graph/lab-picture.ts';
import type { Picture } from '../../../src/graph/picture.ts';
import { networkAddress, networkOf, nthAddress, prefixLengthOf } from '../../../src/model/cidr.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { allSamples, hardLabs, ownLabs } from './samples.ts';

const sorted = (texts: Iterable<string>): string[] => [...texts].toSorted();

/** Every device that the lab file speaks of, as `place device address`. */
function devicesOf({ cluster }: Lab): string[] {
  const { nodes, routers, hosts, bridge, flannel, pods } = cluster;
  const shareOf = new Map(nodes.map(({ name, podCIDR }) => [name, podCIDR]));
  return [
    ...nodes.flatMap(({ name, address, mac, podCIDR, bridgeMAC, vtepMAC }) => [
      `${name} eth0 ${address} ${mac}`,
      // flannel gives the device the base of the node's subnet as /32; the bridge has the first address.
      ...(flannel && podCIDR
        ? [`${name} flannel.${flannel.backend.vni} ${networkAddress(podCIDR)}/32 ${vtepMAC}`]
        : []),
      ...(podCIDR
        ? [`${name} ${bridge.name} ${nthAddress(podCIDR, 1)}/${prefixLengthOf(podCIDR)} ${bridgeMAC}`]
        : []),
    ]),
    ...routers.flatMap(({ name, addresses }) =>
      addresses.map((address, index) => `${name} eth${index} ${address}`),
    ),
    ...hosts.map(({ name, address }) => `${name} eth0 ${address}`),
    ...pods.map(
      ({ netns, ip, node, mac }) => `${netns} eth0 ${ip}/${prefixLengthOf(shareOf.get(node) ?? '')} ${mac}`,
    ),
  ];
}

function drawnDevices({ machines, pods }: Picture): string[] {
  return [
    ...machines.flatMap(({ name, role, devices }) =>
      devices.map((device) =>
        // MACs of routers and hosts are nobody's choice.
        [name, device.name, ...device.addresses, ...(role === 'node' ? [device.mac] : [])].join(' '),
      ),
    ),
    ...pods.map(({ name, device }) => [name, device.name, ...device.addresses, device.mac].join(' ')),
  ];
}

/** Every cable, as `bridge's place - plugged device`. */
function cablesOf({ cluster }: Lab): string[] {
  const { nodes, routers, hosts, segments, pods, bridge } = cluster;
  const segmentOf = (address: string): string =>
    segments.find(({ cidr }) => cidr === networkOf(address))?.name ?? 'nowhere';
  return [
    ...[...nodes, ...hosts].map(({ name, address }) => `${segmentOf(address)}/br0 - ${name}/eth0`),
    ...routers.flatMap(({ name, addresses }) =>
      addresses.map((address, index) => `${segmentOf(address)}/br0 - ${name}/eth${index}`),
    ),
    ...pods.map(({ node, netns, hostVeth }) => `${node}/${bridge.name} ${hostVeth.name} - ${netns}/eth0`),
  ];
}

function drawnCables({ wires, segments }: Picture): string[] {
  const isSegment = new Set(segments.map(({ name }) => name));
  return wires.map(({ bridge, far }) => {
    const port = isSegment.has(bridge.place) ? '' : ` ${bridge.port}`;
    return `${bridge.place}/${bridge.name}${port} - ${far.place}/${far.device}`;
  });
}

it.each(allSamples)('$name: everything is in the picture exactly once, and nothing else', async ({ lab }) => {
  const loaded = await lab();
  const { cluster } = loaded;
  const picture = labPicture(loaded);
  expect(sorted(picture.segments.map(({ name, cidr }) => `${name} ${cidr}`))).toEqual(
    sorted(cluster.segments.map(({ name, cidr }) => `${name} ${cidr}`)),
  );
  expect(sorted(picture.machines.map(({ name, role }) => `${role} ${name}`))).toEqual(
    sorted([
      ...cluster.nodes.map(({ name }) => `node ${name}`),
      ...cluster.routers.map(({ name }) => `router ${name}`),
      ...cluster.hosts.map(({ name }) => `host ${name}`),
    ]),
  );
  expect(sorted(picture.pods.map(({ name, node }) => `${name} on ${node}`))).toEqual(
    sorted(cluster.pods.map(({ netns, node }) => `${netns} on ${node}`)),
  );
  expect(sorted(drawnDevices(picture))).toEqual(sorted(devicesOf(loaded)));
  expect(sorted(drawnCables(picture))).toEqual(sorted(cablesOf(loaded)));
});

it.each(allSamples)(
  '$name: a tunnel between every two nodes with flannel, and none without',
  async ({ lab }) => {
    const loaded = await lab();
    const { nodes, flannel } = loaded.cluster;
    const want = nodes.flatMap((one, index) =>
      flannel ? nodes.slice(index + 1).map((other) => `${one.name} - ${other.name}`) : [],
    );
    const { overlays } = labPicture(loaded);
    expect(sorted(overlays.flatMap(({ tunnels }) => tunnels.map((pair) => pair.join(' - '))))).toEqual(
      sorted(want),
    );
    expect(overlays.flatMap(({ members }) => members.map(({ node }) => node))).toEqual(
      flannel ? nodes.map(({ name }) => name) : [],
    );
  },
);

it('flannel-vxlan is drawn with the addresses of the documents', async () => {
  const own = ownLabs.find(({ name }) => name === 'labs/flannel-vxlan');
  const { machines, overlays, pods } = labPicture((await own?.lab()) as Lab);
  expect(machines[0]).toMatchObject({
    name: 'node1',
    podCIDR: '172.30.76.0/24',
    devices: [
      { name: 'eth0', type: 'ethernet', addresses: ['192.168.0.21/24'], mac: '00:15:5d:02:b2:00', mtu: 1500 },
      {
        name: 'flannel.1',
        type: 'tunnel',
        addresses: ['172.30.76.0/32'],
        mac: '8a:22:81:5e:d8:b7',
        mtu: 1450,
        encapsulation: { words: 'VXLAN VNI 1, UDP 8472', over: 'eth0' },
      },
      { name: 'docker0', type: 'bridge', addresses: ['172.30.76.1/24'], mac: '02:42:67:05:b5:30', mtu: 1450 },
    ],
    routes: ['default via 192.168.0.1 dev eth0', '172.30.0.0/16 dev flannel.1'],
  });
  expect(overlays).toEqual([
    {
      words: 'VXLAN VNI 1, UDP 8472',
      device: 'flannel.1',
      members: [
        { node: 'node1', address: '172.30.76.0/32' },
        { node: 'node2', address: '172.30.9.0/32' },
      ],
      tunnels: [['node1', 'node2']],
    },
  ]);
  expect(pods.filter(({ node }) => node === 'node2').map(({ device }) => device.addresses)).toEqual([
    ['172.30.9.3/24'],
    ['172.30.9.2/24'],
  ]);
});

it('the interface numbers of the walk on one node are kept', async () => {
  const own = ownLabs.find(({ name }) => name === 'labs/same-node');
  const { pods } = labPicture((await own?.lab()) as Lab);
  expect(pods.map(({ index, host }) => [index, host.name, host.index])).toEqual([
    [3, 'veth47097500', 49],
    [3, 'veth0e921722', 32],
  ]);
});

it('1,000 pods take less than two seconds to draw', async () => {
  const lab = (await hardLabs.find(({ name }) => name.startsWith('twenty'))?.lab()) as Lab;
  const start = performance.now();
  expect(labPicture(lab).pods).toHaveLength(1000);
  expect(performance.now() - start).toBeLessThan(2000);
});

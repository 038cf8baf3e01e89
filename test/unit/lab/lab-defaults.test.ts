import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../src/check/spec.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { loadedFrom } from '../../helpers/lab-directory.ts';

const node1 = '{name: node1, address: 192.168.0.21/24, podCIDR: 172.30.76.0/24}';
const node2 = '{name: node2, address: 192.168.0.22/24, podCIDR: 172.30.9.0/24}';
const flannel = 'flannel: {config: {Network: 172.30.0.0/16, Backend: {Type: vxlan}}}';
const lab = (cluster: string, rest = ''): string =>
  `name: test\ncluster:\n  ${cluster.replaceAll('\n', '\n  ')}\n${rest}`;
const pod = (name: string, more = ''): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {nodeName: node1}${more}}`;
const load = async (cluster: string, pods: string[] = []): Promise<Lab> =>
  loadedFrom({ 'lab.yaml': lab(cluster, 'manifests: [pods.yaml]\n'), 'pods.yaml': pods.join('\n---\n') });

describe('a node', () => {
  it('alone has MTU 1500, MACs of its own, no gateway, and is on segment1', async () => {
    const { cluster } = await load(`nodes: [${node1}]`);
    const { mac, bridgeMAC, vtepMAC, ...node } = cluster.nodes[0]!;
    expect(node).toEqual({ name: 'node1', address: '192.168.0.21/24', mtu: 1500, podCIDR: '172.30.76.0/24' });
    expect(new Set([mac, bridgeMAC, vtepMAC]).size).toBe(3);
    expect(cluster.segments).toEqual([{ name: 'segment1', cidr: '192.168.0.0/24' }]);
    expect(cluster.flannel).toBeUndefined();
  });

  it('has the same MACs whenever the lab is read, and in whatever company', async () => {
    const alone = await load(`nodes: [${node2}]`);
    const together = await load(`nodes: [${node1}, ${node2}]`);
    expect(together.cluster.nodes[1]).toEqual(alone.cluster.nodes[0]);
  });

  it('uses the one router of its segment as gateway', async () => {
    const router = 'routers: [{name: gateway, addresses: [192.168.0.1/24, 203.0.113.1/24]}]';
    const host =
      'hosts: [{name: outside, address: 203.0.113.10/24}, {name: alone, address: 198.51.100.1/24}]';
    const { cluster } = await load(`nodes: [${node1}]\n${router}\n${host}`);
    expect(cluster.nodes[0]?.gateway).toBe('192.168.0.1');
    expect(cluster.hosts.map(({ gateway }) => gateway)).toEqual(['203.0.113.1', undefined]);
    expect(cluster.segments.map(({ name, cidr }) => `${name} ${cidr}`)).toEqual([
      'segment1 192.168.0.0/24',
      'segment2 203.0.113.0/24',
      'segment3 198.51.100.0/24',
    ]);
  });

  it('has no gateway among two routers, or when told so, and else the one that it is told', async () => {
    const routers =
      'routers: [{name: one, addresses: [192.168.0.1/24]}, {name: two, addresses: [192.168.0.2/24]}]';
    const gatewayOf = async (words: string, others = routers): Promise<string | undefined> =>
      (await load(`nodes: [{name: node1, address: 192.168.0.21/24${words}}]\n${others}`)).cluster.nodes[0]
        ?.gateway;
    expect(await gatewayOf('')).toBeUndefined();
    expect(await gatewayOf(', gateway: 192.168.0.2')).toBe('192.168.0.2');
    expect(
      await gatewayOf(', gateway: none', 'routers: [{name: one, addresses: [192.168.0.1/24]}]'),
    ).toBeUndefined();
  });

  it('keeps default names of segments apart from those that the file uses', async () => {
    const { cluster } = await load(
      'nodes: [{name: segment1, address: 192.168.0.21/24}]\nhosts: [{name: other, address: 10.0.0.1/24}]\nsegments: [{name: segment2, cidr: 10.0.0.0/24}]',
    );
    expect(cluster.segments).toEqual([
      { name: 'segment3', cidr: '192.168.0.0/24' },
      { name: 'segment2', cidr: '10.0.0.0/24' },
    ]);
  });
});

describe('the bridge', () => {
  it.each([
    ['nothing', '', { name: 'cni0', style: 'cni', mtu: 1500, hairpin: false }],
    ['docker0', 'bridge: docker0', { name: 'docker0', style: 'docker', mtu: 1500, hairpin: false }],
    ['cni0', 'bridge: cni0', { name: 'cni0', style: 'cni', mtu: 1500, hairpin: false }],
    ['flannel', flannel, { name: 'cni0', style: 'cni', mtu: 1450, hairpin: false }],
    [
      'flannel v0.7',
      flannel.replace('{config', '{era: v0.7, config'),
      { name: 'docker0', style: 'docker', mtu: 1450, hairpin: false },
    ],
    [
      'an MTU of its own',
      `${flannel}\nbridge: {name: br-pods, mtu: 1500, hairpin: true}`,
      { name: 'br-pods', style: 'cni', mtu: 1500, hairpin: true },
    ],
    [
      'Docker’s style',
      'bridge: {name: br-pods, style: docker}',
      { name: 'br-pods', style: 'docker', mtu: 1500, hairpin: false },
    ],
  ])('with %s', async (_, words, bridge) => {
    expect((await load(`nodes: [${node1}]\n${words}`)).cluster.bridge).toEqual(bridge);
  });

  it('has the MTU that the smallest underlay leaves', async () => {
    const small = node2.replace('}', ', mtu: 1400}');
    expect((await load(`nodes: [${node1}, ${small}]\n${flannel}`)).cluster.bridge.mtu).toBe(1350);
  });
});

describe('flannel', () => {
  it('is that of today with VNI 1, port 8472 and masquerading', async () => {
    expect((await load(`nodes: [${node1}]\n${flannel}`)).cluster.flannel).toEqual({
      era: 'current',
      network: '172.30.0.0/16',
      ipMasq: true,
      backend: { type: 'vxlan', vni: 1, port: 8472 },
    });
  });

  it('reads its config in any case, as Go does, and a port of 0 as the kernel does', async () => {
    const config =
      'flannel: {config: {network: 172.30.0.0/16, SUBNETLEN: 24, backend: {type: vxlan, Vni: 7, port: 0, Directrouting: false}}}';
    expect((await load(`nodes: [${node1}]\n${config}`)).cluster.flannel?.backend).toEqual({
      type: 'vxlan',
      vni: 7,
      port: 8472,
    });
  });

  it.each([
    ['10.244.0.0/16', '10.244.3.0/24'],
    ['10.0.0.0/8', '10.244.3.0/24'],
    ['10.244.0.0/22', '10.244.3.0/24'],
    ['10.244.0.0/23', '10.244.1.0/25'],
    ['10.244.0.0/28', '10.244.0.4/30'],
  ])('of %s leases shares like %s', async (network, podCIDR) => {
    const node = `{name: node1, address: 192.168.0.21/24, podCIDR: ${podCIDR}}`;
    const { cluster } = await load(
      `nodes: [${node}]\nflannel: {config: {Network: ${network}, Backend: {Type: vxlan}}}`,
    );
    expect(cluster.nodes[0]?.podCIDR).toBe(podCIDR);
  });
});

describe('a pod', () => {
  it('without podIP has the next free address from .2 up, in the order of the file', async () => {
    const pods = [
      pod('a'),
      pod('b', ', status: {podIP: 172.30.76.3}'),
      pod('c'),
      pod('d', ', status: {podIP: 172.30.76.2}'),
      pod('e'),
    ];
    const { cluster } = await load(`nodes: [${node1}]`, pods);
    expect(cluster.pods.map(({ netns, ip }) => `${netns} ${ip}`)).toEqual([
      'a 172.30.76.4',
      'b 172.30.76.3',
      'c 172.30.76.5',
      'd 172.30.76.2',
      'e 172.30.76.6',
    ]);
  });

  it('on docker0 has Docker’s MAC and a veth with 7 digits, on cni0 one of its own and 8', async () => {
    const [docker, cni] = await Promise.all(
      ['docker0', 'cni0'].map(
        async (bridge) => (await load(`nodes: [${node1}]\nbridge: ${bridge}`, [pod('a')])).cluster.pods[0],
      ),
    );
    expect(docker?.mac).toBe('02:42:ac:1e:4c:02');
    expect(docker?.hostVeth.name).toMatch(/^veth[0-9a-f]{7}$/);
    expect(cni?.mac).not.toMatch(/^02:42:ac/);
    expect(cni?.hostVeth.name).toMatch(/^veth[0-9a-f]{8}$/);
  });

  it('is named by its Kubernetes namespace unless that is default, and keeps its labels', async () => {
    const text =
      '{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {nodeName: node1}}';
    const { cluster } = await load(`nodes: [${node1}]`, [text, pod('web')]);
    expect(cluster.pods.map(({ netns, namespace, name }) => [netns, namespace, name])).toEqual([
      ['shop.web', 'shop', 'web'],
      ['web', 'default', 'web'],
    ]);
    expect(cluster.pods[0]?.labels).toEqual({ app: 'web' });
  });

  it('gets what it asks for in annotations', async () => {
    const text =
      '{apiVersion: v1, kind: Pod, metadata: {name: web, annotations: {other/thing: x, wirelab/host-veth: veth1, wirelab/host-veth-index: "49", wirelab/host-veth-mac: AA:58:D6:99:75:CE, wirelab/mac: ca:eb:f6:28:5d:c1, wirelab/index: "3", wirelab/mtu: "1400"}}, spec: {nodeName: node1}}';
    const { cluster } = await load(`nodes: [${node1}]`, [text]);
    expect(cluster.pods[0]).toMatchObject({
      mac: 'ca:eb:f6:28:5d:c1',
      index: 3,
      mtu: 1400,
      hostVeth: { name: 'veth1', index: 49, mac: 'aa:58:d6:99:75:ce' },
    });
  });

  it('may come as kubectl prints it, with fields that nobody here reads', async () => {
    const text = `apiVersion: v1
kind: Pod
metadata:
  annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}
  creationTimestamp: "2021-04-01T07:43:55Z"
  generateName: web-
  labels: null
  managedFields:
  - apiVersion: v1
    fieldsV1: {"f:metadata": {"f:labels": {".": {}, "f:app": {}}}}
    manager: kube-controller-manager
    operation: Update
  name: web
  ownerReferences: [{apiVersion: apps/v1, blockOwnerDeletion: true, controller: true, kind: ReplicaSet, name: web, uid: 1-2}]
  resourceVersion: "1234"
spec:
  containers: [{image: nginx, name: web, ports: [{containerPort: 80, protocol: TCP}]}]
  nodeName: node1
  tolerations: [{effect: NoExecute, key: node.kubernetes.io/not-ready, operator: Exists, tolerationSeconds: 300}]
status:
  hostIP: 192.168.0.21
  phase: Running
  podIP: 172.30.76.9
  podIPs: [{ip: 172.30.76.9}]
`;
    expect((await load(`nodes: [${node1}]`, [text])).cluster.pods[0]).toMatchObject({
      netns: 'web',
      ip: '172.30.76.9',
      labels: {},
    });
  });

  it('has a MAC and a veth that no other has, however many there are', async () => {
    const pods = Array.from({ length: 250 }, (_, index) => pod(`pod-${index}`));
    const { cluster } = await load(`nodes: [${node1}]`, pods);
    const macs = cluster.pods.flatMap(({ mac, hostVeth }) => [mac, hostVeth.mac]);
    expect(new Set(macs).size).toBe(500);
    expect(new Set(cluster.pods.map(({ hostVeth }) => hostVeth.name)).size).toBe(250);
    expect(new Set(cluster.pods.map(({ ip }) => ip)).size).toBe(250);
  });
});

describe('a check', () => {
  const claims = async (...checks: string[]): Promise<Claim[]> => {
    const cluster = `nodes: [${node1}, ${node2}]\nhosts: [{name: outside, address: 192.168.0.99/24}]\nbridge: docker0\n${flannel.replace('{config', '{era: v0.7, config')}`;
    const rest = `manifests: [pods.yaml]\nchecks:\n${checks.map((check) => `  - ${check}\n`).join('')}`;
    const loaded = await loadedFrom({
      'lab.yaml': lab(cluster, rest),
      'pods.yaml': `${pod('a')}\n---\n${pod('b')}`,
    });
    return loaded.checks.map(({ claim }) => claim);
  };

  it('has a number, five seconds, no tags, and is not negated', async () => {
    const loaded = await loadedFrom({
      'lab.yaml': lab(
        `nodes: [${node1}]`,
        'manifests: [pods.yaml]\nchecks:\n  - mesh:\n  - {name: b reaches a, ping: {from: b, to: a}, not: true, within: 500ms, tags: [slow]}\n',
      ),
      'pods.yaml': `${pod('a')}\n---\n${pod('b')}`,
    });
    expect(loaded.checks).toEqual([
      { number: 1, not: false, withinMs: 5000, tags: [], claim: { kind: 'mesh' } },
      {
        number: 2,
        name: 'b reaches a',
        not: true,
        withinMs: 500,
        tags: ['slow'],
        claim: { kind: 'ping', from: 'b', to: 'a' },
      },
    ]);
  });

  it.each([
    ['3s', 3000],
    ['500ms', 500],
    ['1.5s', 1500],
    ['"3"', 3000],
    ['3', 3000],
    ['0.25', 250],
    ['0', 0],
    ['1h', undefined],
  ])('that is to hold within %s', async (within, ms) => {
    const loading = loadedFrom({
      'lab.yaml': lab(`nodes: [${node1}]`, `checks: [{mesh: , within: ${within}}]\n`),
    });
    if (ms === undefined) await expect(loading).rejects.toThrow('duration');
    else expect((await loading).checks[0]?.withinMs).toBe(ms);
  });

  it('may be of each kind', async () => {
    expect(
      await claims(
        'ping: {from: a, to: 172.30.9.99, size: 1422, df: true, expect: no-reply, wait: 2s}',
        'tcp: {from: a, to: outside, port: 80, source: 192.168.0.21}',
        'udp: {from: node1, to: b, port: 53, wait: 100ms}',
        'http: {from: a, to: b, port: 8080, path: /, status: 200, body: ^b$}',
        'http: {from: a, url: "http://10.254.80.22/x", host: web}',
        'command: {in: node1, run: [ip, route], exit: 0, stdout: "^default"}',
        'link: {in: node1, name: flannel.1, mac: 8A:22:81:5E:D8:B7, vni: 1, learning: false}',
        'link: {in: a, name: eth0, peer: node1/vethx}',
        'address: {in: node1, dev: flannel.1, address: 172.30.76.0/32}',
        'route: {in: node1, to: default, via: 192.168.0.1, onlink: true}',
        'neighbour: {in: node1, dev: flannel.1, address: 172.30.9.2, lladdr: 96:8F:2D:49:C5:31, state: reachable}',
        'neighbour: {in: node1, dev: flannel.1, address: 172.30.9.2, state: [reachable, stale]}',
        'fdb: {in: node1, dev: flannel.1, lladdr: 96:8F:2D:49:C5:31, dst: 192.168.0.22, permanent: true}',
        'iptables: {in: node1, table: nat, chain: POSTROUTING, rule: -s 172.30.0.0/16 -j RETURN, position: 1}',
        'sysctl: {in: node1, name: net.ipv4.ip_forward, value: 1}',
        'mesh: {among: [a, b]}',
        'miss: {from: a, to: 172.30.9.2, on: node1/flannel.1, lladdr: 96:8f:2d:49:c5:31}',
      ),
    ).toEqual([
      { kind: 'ping', from: 'a', to: '172.30.9.99', size: 1422, df: true, expect: 'no-reply', waitMs: 2000 },
      { kind: 'tcp', from: 'a', to: 'outside', port: 80, source: '192.168.0.21' },
      { kind: 'udp', from: 'node1', to: 'b', port: 53, waitMs: 100 },
      { kind: 'http', from: 'a', to: 'b', port: 8080, path: '/', status: 200, body: '^b$' },
      { kind: 'http', from: 'a', url: 'http://10.254.80.22/x', host: 'web' },
      { kind: 'command', in: 'node1', run: ['ip', 'route'], exit: 0, stdout: '^default' },
      { kind: 'link', in: 'node1', name: 'flannel.1', mac: '8a:22:81:5e:d8:b7', vni: 1, learning: false },
      { kind: 'link', in: 'a', name: 'eth0', peer: 'node1/vethx' },
      { kind: 'address', in: 'node1', dev: 'flannel.1', address: '172.30.76.0/32' },
      { kind: 'route', in: 'node1', to: 'default', via: '192.168.0.1', onlink: true },
      {
        kind: 'neighbour',
        in: 'node1',
        dev: 'flannel.1',
        address: '172.30.9.2',
        lladdr: '96:8f:2d:49:c5:31',
        state: ['reachable'],
      },
      {
        kind: 'neighbour',
        in: 'node1',
        dev: 'flannel.1',
        address: '172.30.9.2',
        state: ['reachable', 'stale'],
      },
      {
        kind: 'fdb',
        in: 'node1',
        dev: 'flannel.1',
        lladdr: '96:8f:2d:49:c5:31',
        dst: '192.168.0.22',
        permanent: true,
      },
      {
        kind: 'iptables',
        in: 'node1',
        table: 'nat',
        chain: 'POSTROUTING',
        rule: '-s 172.30.0.0/16 -j RETURN',
        position: 1,
      },
      { kind: 'sysctl', in: 'node1', name: 'net.ipv4.ip_forward', value: '1' },
      { kind: 'mesh', among: ['a', 'b'] },
      { kind: 'miss', from: 'a', to: '172.30.9.2', on: 'node1/flannel.1', lladdr: '96:8f:2d:49:c5:31' },
    ]);
  });

  it('of packets has a probe, a list of places and MACs in lower case', async () => {
    expect(
      await claims(
        'packet: {while: {ping: {from: a, to: b, wait: 1s}}, on: node1/eth0, expect: {}}',
        'packet: {while: {command: {in: a, run: [true]}}, on: [node1/flannel.1, a/eth0, segment1/br0], expect: {innerEther: "8A:22:81:5E:D8:B7 > *", vxlan: {vni: 1}, udp: "* > 53"}, probeFails: true}'.replace(
          '[true]',
          '["true"]',
        ),
      ),
    ).toEqual([
      {
        kind: 'packet',
        while: { kind: 'ping', from: 'a', to: 'b', waitMs: 1000 },
        on: ['node1/eth0'],
        expect: {},
      },
      {
        kind: 'packet',
        while: { kind: 'command', in: 'a', run: ['true'] },
        on: ['node1/flannel.1', 'a/eth0', 'segment1/br0'],
        expect: { innerEther: '8a:22:81:5e:d8:b7 > *', vxlan: { vni: 1 }, udp: '* > 53' },
        probeFails: true,
      },
    ]);
  });
});

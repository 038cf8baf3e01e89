import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadLab } from '../../../src/lab/load.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { loadedFrom } from '../../helpers/lab-directory.ts';
import { randomFrom } from '../../helpers/random.ts';

/** Labs to draw: those of the project, some that are hard to draw, and random ones. */
export interface Sample {
  name: string;
  lab: () => Promise<Lab>;
}

interface Wish {
  /** For each segment so many nodes; their segments are 192.168.0.0/24, 192.168.1.0/24 ... */
  nodes: number[];
  /** Segments of each router, by their numbers; from 100 on they are segments without nodes. */
  routers?: number[][];
  /** Segment of each host. */
  hosts?: number[];
  /** For each node so many pods. */
  pods?: (node: number) => number;
  podName?: (pod: number) => string;
  flannel?: 'v0.7' | 'current' | 'none';
  bridge?: string;
  podNamespace?: string;
  nodeName?: (node: number) => string;
  summary?: string;
  mtu?: number;
  /** Nodes without a share of the pod network. */
  bare?: (node: number) => boolean;
}

const labs = fileURLToPath(new URL('../../../labs/', import.meta.url));

export const ownLabs: Sample[] = readdirSync(labs).map((name) => ({
  name: `labs/${name}`,
  lab: once(async () => loadLab(`${labs}${name}`)),
}));

export const hardLabs: Sample[] = [
  sample('one node and no pods', { nodes: [1], flannel: 'none' }),
  sample('one node with a bridge and no pods', { nodes: [1], pods: () => 0, flannel: 'none' }),
  sample('some nodes without pods beside others', {
    nodes: [5],
    pods: (node) => (node % 2 === 0 ? 3 * node : 0),
    bare: (node) => node % 2 === 1,
    flannel: 'none',
    hosts: [0, 0],
    routers: [[0]],
  }),
  sample('forty nodes', { nodes: [40], pods: (node) => node % 3 }),
  sample('two nodes in two segments', { nodes: [1, 1], routers: [[0, 1]], pods: () => 2 }),
  sample('three segments and two routers', {
    nodes: [2, 1, 1],
    routers: [
      [0, 1],
      [1, 2],
    ],
    pods: (node) => node,
  }),
  sample('three segments below each other, two segments without nodes', {
    nodes: [3, 3, 3],
    routers: [
      [0, 1, 2, 100],
      [100, 101],
    ],
    hosts: [101, 1, 1, 1, 1, 1],
    pods: () => 3,
  }),
  sample('ten nodes with ten pods each', { nodes: [10], pods: () => 10 }),
  // A bridge may have any name, also one that a program might use for something else.
  sample('twenty nodes with fifty pods each', { nodes: [20], pods: () => 50, bridge: 'pods' }),
  sample('names as long as they may be', {
    nodes: [2],
    pods: () => 4,
    podNamespace: 'n'.repeat(63),
    podName: (pod) =>
      `${'a-very-long-name-that-somebody-chose-for-a-deployment-'.repeat(2).slice(0, 58)}-${1000 + pod}`,
    nodeName: (node) => `worker-m${'m'.repeat(6)}${node}`,
    bridge: 'mmmmmmmmmmmmmmm',
    summary: 'WWWWWWWWWW '.repeat(90).trim(),
  }),
  sample('long names without a place to break, on many nodes', {
    nodes: [8],
    pods: () => 12,
    podName: (pod) => `${'w'.repeat(60)}${100 + pod}`,
  }),
  sample('a summary full of markup', {
    nodes: [2],
    pods: () => 1,
    summary: `<script>alert("1")</script> & ]]> 'single' \\" #quot; \`x\` 日本 👩‍💻 \u202egnp.exe`,
  }),
  sample('more routers than fit on a slide', {
    nodes: [4],
    routers: Array.from({ length: 9 }, (_, router) => [0, 100 + router]),
    hosts: [0, 100, 104, 104, 104, 104, 104],
    pods: () => 1,
  }),
];

export const randomLabs: Sample[] = Array.from({ length: 30 }, (_, seed) => ({
  name: `random lab ${seed}`,
  lab: once(async () => loadedFrom(files(randomWish(seed)))),
}));

export const allSamples = [...ownLabs, ...hardLabs, ...randomLabs];

/** Read when it is needed first, and no second time. */
function once(read: () => Promise<Lab>): () => Promise<Lab> {
  let lab: Promise<Lab> | undefined;
  return async () => (lab ??= read());
}

function sample(name: string, wish: Wish): Sample {
  return { name, lab: once(async () => loadedFrom(files({ ...wish, summary: wish.summary ?? name }))) };
}

function randomWish(seed: number): Wish {
  const random = randomFrom(seed + 1);
  const below = (limit: number): number => Math.floor(random() * limit);
  const word = (longest: number): string =>
    Array.from({ length: 1 + below(longest) }, () => 'abcdefghijklmnopqrstuvwxyz-0123456789'[below(37)])
      .join('')
      .replace(/^-+|-+$/g, 'x');
  const nodes = Array.from({ length: 1 + below(4) }, () => 1 + below(random() < 0.2 ? 12 : 4));
  const segments = [...nodes.keys(), ...Array.from({ length: below(4) }, (_, outer) => 100 + outer)];
  const someSegments = (): number[] => segments.filter(() => random() < 0.5).slice(0, 6);
  const routers = Array.from({ length: below(5) }, someSegments).filter((router) => router.length > 0);
  const pods = nodes.flatMap((count) => Array.from({ length: count }, () => below(random() < 0.2 ? 40 : 9)));
  const names = Array.from({ length: 60 }, () => word(50));
  return {
    nodes,
    routers,
    hosts: Array.from({ length: below(7) }, () => segments[below(segments.length)] ?? 0),
    ...(random() < 0.1 ? {} : { pods: (node: number) => pods[node] ?? 0 }),
    podName: (pod) => `${names[pod % 60]}-${pod}`,
    flannel: (['v0.7', 'current', 'none'] as const)[below(3)] ?? 'none',
    bridge: `br-${word(8)}`.replace(/-+$/, ''),
    podNamespace: random() < 0.5 ? 'default' : word(20),
    summary: `${word(30)} ${word(60)}`,
    mtu: 1400 + below(200),
  };
}

/** Every subnet is given by whoever has an address in it. */
function files(wish: Wish): Record<string, string> {
  const { nodes, routers = [], hosts = [], pods, flannel = 'current', mtu, bridge } = wish;
  const {
    podName = (pod) => `pod-${pod}`,
    podNamespace = 'default',
    nodeName = (node) => `node${node}`,
  } = wish;
  const hasPods = pods !== undefined || flannel !== 'none';
  const next = new Map<number, number>();
  const address = (segment: number): string => {
    const last = next.get(segment) ?? 1;
    next.set(segment, last + 1);
    return `${segment < 100 ? `192.168.${segment}` : `203.0.${segment}`}.${last}/24`;
  };
  const routerLines = routers.map(
    (own, index) => `    - {name: router${index}, addresses: [${own.map(address).join(', ')}]}`,
  );
  const placed = nodes.flatMap((count, segment) => Array.from({ length: count }, () => segment));
  const nodeLines = placed.map((segment, node) => {
    const share = hasPods && !wish.bare?.(node) ? `, podCIDR: 10.244.${node}.0/24` : '';
    return `    - {name: ${nodeName(node)}, address: ${address(segment)}${share}${mtu === undefined ? '' : `, mtu: ${mtu}`}, gateway: none}`;
  });
  const hostLines = hosts.map(
    (segment, host) => `    - {name: host${host}, address: ${address(segment)}, gateway: none}`,
  );
  const manifests = placed.flatMap((_, node) => Array.from({ length: pods?.(node) ?? 0 }, () => node));
  const lab = [
    'name: sample',
    `summary: ${JSON.stringify(wish.summary ?? 'a sample')}`,
    'cluster:',
    '  nodes:',
    ...nodeLines,
    ...(routers.length > 0 ? ['  routers:', ...routerLines] : []),
    ...(hosts.length > 0 ? ['  hosts:', ...hostLines] : []),
    ...(bridge === undefined ? [] : [`  bridge: ${bridge}`]),
    ...(flannel === 'none'
      ? []
      : [`  flannel: {era: ${flannel}, config: {Network: 10.244.0.0/16, Backend: {Type: vxlan}}}`]),
    ...(manifests.length > 0 ? ['manifests: [pods.yaml]'] : []),
  ].join('\n');
  const podTexts = manifests.map((node, pod) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: podName(pod), namespace: podNamespace },
      spec: { nodeName: nodeName(node) },
    }),
  );
  return {
    'lab.yaml': `${lab}\n`,
    ...(manifests.length > 0 ? { 'pods.yaml': podTexts.join('\n---\n') } : {}),
  };
}

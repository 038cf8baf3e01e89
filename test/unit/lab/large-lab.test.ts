import { performance } from 'node:perf_hooks';
import { expect, it } from 'vitest';
import { loadedFrom, problemsOf, type LabFiles } from '../../helpers/lab-directory.ts';

function labOf(count: number): LabFiles {
  const nodes = Array.from(
    { length: 8 },
    (_, node) =>
      `    - {name: node${node}, address: 192.168.0.${10 + node}/24, podCIDR: 10.244.${node}.0/24}\n`,
  );
  const pods = Array.from(
    { length: count },
    (_, index) => `apiVersion: v1
kind: Pod
metadata:
  name: pod-${index}
spec:
  nodeName: node${index % 8}
status:
  podIP: 10.244.${index % 8}.${2 + Math.floor(index / 8)}
`,
  );
  const lab = `name: large
cluster:
  nodes:
${nodes.join('')}  flannel: {config: {Network: 10.244.0.0/16, Backend: {Type: vxlan}}}
manifests: [pods.yaml]
checks:
  - mesh:
`;
  return { 'lab.yaml': lab, 'pods.yaml': pods.join('---\n') };
}

it('a lab of 1,000 pods is read, each with a netns, an address, MACs and a veth of its own', async () => {
  const { cluster } = await loadedFrom(labOf(1000));
  expect(cluster.pods).toHaveLength(1000);
  for (const key of ['netns', 'ip', 'mac'] as const)
    expect(new Set(cluster.pods.map((pod) => pod[key])).size).toBe(1000);
  expect(new Set(cluster.pods.map(({ hostVeth }) => hostVeth.name)).size).toBe(1000);
});

it('four times the pods take about four times as long, not sixteen times', async () => {
  const timeOf = async (count: number): Promise<number> => {
    const files = labOf(count);
    const times: number[] = [];
    for (let round = 0; round < 3; round++) {
      const start = performance.now();
      await loadedFrom(files);
      times.push(performance.now() - start);
    }
    return Math.min(...times);
  };
  const [few, many] = [await timeOf(400), await timeOf(1600)];
  // Linear is 4; quadratic work of any weight would be beyond this.
  expect(many / few).toBeLessThan(10);
}, 60_000);

it('1,000 pods that are all wrong are refused as fast, with the first twenty', async () => {
  const { 'lab.yaml': lab, 'pods.yaml': pods } = labOf(1000) as Record<string, string>;
  const problems = await problemsOf({
    'lab.yaml': lab!,
    'pods.yaml': pods!.replaceAll('nodeName: node', 'nodeName: nod'),
  });
  expect(problems).toHaveLength(20);
  expect(problems[0]).toMatch(/^pods\.yaml:6:13: found the unknown node "nod0"; .*did you mean node0\?/);
});

it.each([
  [
    'nodes of one name',
    () => '{name: node1, address: 10.0.0.1/8}',
    /^lab\.yaml:5:14: found the name "node1" a second time/,
  ],
  [
    'nodes of one address',
    (index: number) => `{name: n${index}, address: 10.0.0.1/8}`,
    /^lab\.yaml:5:\d+: found the address 10\.0\.0\.1 a second time/,
  ],
  [
    'nodes of one podCIDR',
    (index: number) =>
      `{name: n${index}, address: 10.0.${index >> 8}.${(index % 254) + 1}/8, podCIDR: 11.0.0.0/8}`,
    /overlaps 11\.0\.0\.0\/8/,
  ],
  ['nodes with unknown keys', (index: number) => `{name: n${index}, adress: x}`, /did you mean address\?/],
])(
  '5,000 %s are refused without quadratic work',
  async (_, node, problem) => {
    const nodes = Array.from({ length: 5000 }, (__, index) => `    - ${node(index)}\n`).join('');
    const problems = await problemsOf({ 'lab.yaml': `name: t\ncluster:\n  nodes:\n${nodes}` });
    expect(problems).toHaveLength(20);
    expect(problems[0]).toMatch(problem);
  },
  30_000,
);

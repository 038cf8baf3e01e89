import { describe, expect, it } from 'vitest';
import { generatedLab, type LabSize } from '../../../src/lab/generated-lab.ts';
import { Failure } from '../../../src/run/failure.ts';
import { loadedFrom } from '../../helpers/lab-directory.ts';

const eras = ['current', 'v0.7'] as const;
const sizes: [number, number][] = [
  [1, 1],
  [1, 2],
  [1, 253],
  [2, 1],
  [3, 2],
  [3, 12],
  [10, 100],
  [20, 1000],
  [250, 251],
];

describe('a generated lab', () => {
  for (const era of eras)
    it.each(sizes)(
      `of %i nodes and %i pods with flannel ${era} is a good lab of that size`,
      async (nodes, pods) => {
        const { name, files } = generatedLab({ nodes, pods, era });
        const lab = await loadedFrom(files);
        expect(lab.name).toBe(name);
        expect(lab.cluster.nodes).toHaveLength(nodes);
        expect(lab.cluster.pods).toHaveLength(pods);
        expect(lab.cluster.flannel).toMatchObject({ era, network: '10.244.0.0/16' });
        expect(lab.checks.length).toBeGreaterThan(0);
        // Dealt out evenly.
        const perNode = lab.cluster.nodes.map(
          (node) => lab.cluster.pods.filter((pod) => pod.node === node.name).length,
        );
        expect(Math.max(...perNode) - Math.min(...perNode)).toBeLessThanOrEqual(1);
      },
    );

  it('says where a pod is by its name', async () => {
    const { cluster } = await loadedFrom(generatedLab({ nodes: 20, pods: 1000, era: 'current' }).files);
    expect(cluster.pods.find((pod) => pod.netns === 'pod-17-3')).toMatchObject({
      node: 'node17',
      ip: '10.244.17.4',
    });
    expect(cluster.nodes[16]).toMatchObject({ address: '192.168.0.17/24', podCIDR: '10.244.17.0/24' });
  });

  it('is the same each time', () => {
    const size: LabSize = { nodes: 7, pods: 33, era: 'v0.7' };
    expect(generatedLab(size)).toEqual(generatedLab(size));
  });

  it('asks each pod to send and to receive, however many there are', async () => {
    for (const pods of [2, 15, 16, 201, 1000]) {
      const { checks } = await loadedFrom(generatedLab({ nodes: 5, pods, era: 'current' }).files);
      const claim = checks[0]?.claim;
      if (claim?.kind !== 'mesh') throw new Error('the first check is no mesh');
      expect(claim.sample ?? Infinity).toBeGreaterThanOrEqual(pods);
    }
  });

  it.each([
    [251, 10, /^251 nodes do not fit: .*at most 250$/, []],
    [1, 254, /^254 pods do not fit on 1 node: .*at most 253$/, ['for 254 pods at least 2 nodes']],
    [250, 999_999, /^999999 pods do not fit on 250 nodes: .*at most 63250$/, []],
  ])('of %i nodes and %i pods is refused', (nodes, pods, message, hints) => {
    const refused = (() => {
      try {
        return generatedLab({ nodes, pods, era: 'current' });
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toBeInstanceOf(Failure);
    expect(refused).toMatchObject({ kind: 'usage', message: expect.stringMatching(message), hints });
  });
});

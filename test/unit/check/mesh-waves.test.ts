import { describe, expect, it } from 'vitest';
import { meshPairs } from '../../../src/check/mesh-pairs.ts';
import { meshWaves, touchedBy, type Wave } from '../../../src/check/mesh-waves.ts';
import { generatedLab } from '../../../src/lab/generated-lab.ts';
import type { Cluster } from '../../../src/model/cluster.ts';
import { busyNeighbours, learnedBy } from '../../../src/model/learned-neighbour.ts';
import { neighbourFinding } from '../../../src/lifecycle/doctor.ts';
import { neighbourWarning } from '../../../src/lifecycle/neighbour-warning.ts';
import { loadedFrom } from '../../helpers/lab-directory.ts';

async function cluster(nodes: number, pods: number, era: 'current' | 'v0.7'): Promise<Cluster> {
  return (await loadedFrom(generatedLab({ nodes, pods, era }).files)).cluster;
}

describe('the neighbours that a pair makes the kernel learn', async () => {
  const current = await cluster(2, 4, 'current');
  const old = await cluster(2, 4, 'v0.7');

  it('on one node are the two pods', () => {
    expect(learnedBy(current)('pod-1-1', 'pod-1-2').sort()).toEqual(['pod-1-1 pod-1-2', 'pod-1-2 pod-1-1']);
  });

  it('on two nodes are six, and two more on flannel.1 of v0.7', () => {
    expect(learnedBy(current)('pod-1-1', 'pod-2-1')).toHaveLength(6);
    expect(learnedBy(old)('pod-1-1', 'pod-2-1')).toHaveLength(8);
  });

  it('of 1,000 busy pods on 20 nodes are more than a stock kernel allows, of 100 on 10 nodes not', async () => {
    expect(busyNeighbours(await cluster(20, 1000, 'current'))).toBe(2 * 1000 + 20 * 19);
    expect(busyNeighbours(await cluster(10, 100, 'v0.7'))).toBeLessThan(1024);
  });
});

describe('the waves of a mesh', async () => {
  const many = await cluster(20, 1000, 'v0.7');
  const names = many.pods.map(({ netns }) => netns);
  const pairs = meshPairs(names.length, { pairs: 1000, seed: 1 }).map(
    ([from, to]) => [names[from] ?? '', names[to] ?? ''] as const,
  );
  const entries = (wave: Wave) => new Set(wave.flatMap(([from, to]) => learnedBy(many)(from, to))).size;

  it('are one where all fits', () => {
    expect(meshWaves(pairs, many, 10_000)).toEqual([pairs]);
    expect(meshWaves([], many, 10_000)).toEqual([]);
  });

  it('hold every pair once, in order, and no more entries than allowed', () => {
    const waves = meshWaves(pairs, many, 512);
    expect(waves.flat()).toEqual(pairs);
    expect(waves.length).toBeGreaterThan(10);
    for (const wave of waves) expect(entries(wave)).toBeLessThanOrEqual(512);
  });

  it('go pair by pair where a machine allows next to nothing', () => {
    expect(meshWaves(pairs, many, 1)).toHaveLength(pairs.length);
  });

  it('leave neighbours behind at both ends and on their nodes', () => {
    expect(touchedBy([['pod-3-1', 'pod-7-2']], many).sort()).toEqual([
      'node3',
      'node7',
      'pod-3-1',
      'pod-7-2',
    ]);
  });
});

describe('the limit for neighbour entries', async () => {
  const big = await cluster(20, 1000, 'current');
  it('that is too low for a lab is said before it is built, with what to type', () => {
    const said = neighbourWarning(big, 1024);
    expect(said).toContain('2380 neighbours');
    expect(said).toContain('1024');
    expect(said).toMatch(/sysctl -w net\.ipv4\.neigh\.default\.gc_thresh3=4096$/);
    // It helps.
    expect(neighbourWarning(big, 4096)).toBeUndefined();
  });

  it('that is high enough, or cannot be read, is not spoken of', () => {
    expect(neighbourWarning(big, 2380)).toBeUndefined();
    expect(neighbourWarning(big, undefined)).toBeUndefined();
  });

  it('is known to doctor', () => {
    expect(neighbourFinding(1024)).toMatchObject({ ok: true, detail: expect.stringContaining('1024') });
    expect(neighbourFinding(128)).toMatchObject({
      ok: false,
      fix: expect.stringContaining('gc_thresh3=1024'),
    });
    expect(neighbourFinding(undefined)).toMatchObject({ ok: 'unknown' });
  });
});

import { describe, expect, it } from 'vitest';
import { meshPairs } from '../../../src/check/mesh-pairs.ts';

const sample = (members: number, pairs: number, seed = 1) => meshPairs(members, { pairs, seed });

/** How often each member is counted. */
function counts(members: number, positions: readonly number[]): number[] {
  const all = Array.from({ length: members }, () => 0);
  for (const position of positions) all[position] = (all[position] ?? 0) + 1;
  return all;
}

describe('the pairs of a mesh', () => {
  it('are all ordered pairs of two different members', () => {
    expect(meshPairs(3)).toEqual([
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 2],
      [2, 0],
      [2, 1],
    ]);
    expect(meshPairs(0)).toEqual([]);
    expect(meshPairs(1)).toEqual([]);
    expect(meshPairs(100)).toHaveLength(9900);
  });

  it.each([
    [2, 1],
    [3, 4],
    [7, 7],
    [10, 23],
    [64, 200],
    [1000, 1000],
    [1000, 2345],
  ])('of %i members sampled to %i are so many, all different, none with itself', (members, count) => {
    const pairs = sample(members, count);
    expect(pairs).toHaveLength(count);
    expect(new Set(pairs.map(([from, to]) => `${from} ${to}`)).size).toBe(count);
    for (const [from, to] of pairs) {
      expect(from).not.toBe(to);
      for (const position of [from, to]) expect(position >= 0 && position < members).toBe(true);
    }
  });

  it.each([
    [7, 7],
    [10, 23],
    [64, 200],
    [999, 1000],
  ])('of %i members sampled to %i send and receive equally often, give or take one', (members, count) => {
    const pairs = sample(members, count);
    for (const side of [0, 1] as const) {
      const times = counts(
        members,
        pairs.map((pair) => pair[side]),
      );
      expect(Math.min(...times)).toBeGreaterThanOrEqual(Math.floor(count / members));
      expect(Math.max(...times)).toBeLessThanOrEqual(Math.ceil(count / members));
    }
  });

  it('touch every member with half as many pairs', () => {
    for (const members of [2, 10, 400])
      expect(new Set(sample(members, members / 2).flat()).size).toBe(members);
  });

  it('are the same for the same seed, and others for another', () => {
    expect(sample(100, 150, 7)).toEqual(sample(100, 150, 7));
    expect(sample(100, 150, 7)).not.toEqual(sample(100, 150, 8));
  });

  it('are all of them where the sample asks for as many or more', () => {
    expect(sample(4, 12)).toEqual(meshPairs(4));
    expect(sample(4, 1_000_000)).toEqual(meshPairs(4));
  });
});

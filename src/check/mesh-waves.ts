import type { Cluster } from '../model/cluster.ts';
import { learnedBy } from '../model/learned-neighbour.ts';

/** Pairs that are asked at once, by the names of their namespaces. */
export type Wave = readonly (readonly [from: string, to: string])[];

/**
 * The pairs cut into waves, in their order, so that none makes the kernel learn more than `most` neighbours; one wave where all of them fit together.
 * A pair by itself is a wave in any case.
 */
export function meshWaves(pairs: Wave, cluster: Cluster, most: number): Wave[] {
  const learned = learnedBy(cluster);
  const waves: (readonly [string, string])[][] = [];
  let wave: (readonly [string, string])[] = [];
  let entries = new Set<string>();
  for (const pair of pairs) {
    const fresh = learned(...pair).filter((entry) => !entries.has(entry));
    if (wave.length > 0 && entries.size + fresh.length > most) {
      waves.push(wave);
      wave = [];
      entries = new Set();
    }
    wave.push(pair);
    for (const entry of learned(...pair)) entries.add(entry);
  }
  return wave.length > 0 ? [...waves, wave] : waves;
}

/** Where a wave has left neighbours behind: at both ends, and on their nodes. */
export function touchedBy(wave: Wave, { pods }: Cluster): string[] {
  const ends = new Set(wave.flat());
  return [...new Set(pods.filter((pod) => ends.has(pod.netns)).map((pod) => pod.node)), ...ends];
}

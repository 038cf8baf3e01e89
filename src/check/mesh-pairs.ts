/** Who sends an echo request to whom: positions in the list of members. */
export type Pair = readonly [from: number, to: number];

export interface Sample {
  /** How many pairs. */
  pairs: number;
  /** Another seed, other pairs; the same seed and number of members, the same pairs. */
  seed: number;
}

/**
 * The ordered pairs of a mesh of so many members: all of them, or a sample that covers evenly. The members stand in a circle in an order that the seed
 * gives; in one round each sends to the one so many places further on, so that in every round each member sends once and receives once. Rounds follow
 * with ever different distances, also in the seed's order, until there are enough pairs:
 *
 *   members a..f, distance 3:   a ─▶ d   b ─▶ e   c ─▶ f   d ─▶ a   e ─▶ b   f ─▶ c
 *   distance 1:                 a ─▶ b   b ─▶ c   ...
 *
 * No two members differ by more than one in how often they send, nor in how often they receive. The first round goes half around: a sample of half
 * the members' number already touches each of them.
 */
export function meshPairs(members: number, sample?: Sample): Pair[] {
  const all = members * (members - 1);
  const count = Math.min(sample?.pairs ?? all, all);
  if (sample === undefined || count === all) {
    return Array.from({ length: count }, (_, index) => {
      const from = Math.floor(index / (members - 1));
      const to = index % (members - 1);
      return [from, to < from ? to : to + 1] as const;
    });
  }
  const random = randomNumbers(sample.seed);
  const circle = shuffled(
    Array.from({ length: members }, (_, index) => index),
    random,
  );
  const half = Math.floor(members / 2);
  const others = Array.from({ length: members - 1 }, (_, index) => index + 1).filter(
    (distance) => distance !== half,
  );
  const distances = [half, ...shuffled(others, random)];
  return Array.from({ length: count }, (_, index) => {
    const place = index % members;
    const distance = distances[Math.floor(index / members)] ?? half;
    return [circle[place] ?? 0, circle[(place + distance) % members] ?? 0] as const;
  });
}

/** Fisher and Yates. */
function shuffled(items: number[], random: () => number): number[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [items[last], items[other]] = [items[other] as number, items[last] as number];
  }
  return items;
}

/** Numbers from 0 up to 1, the same ones for the same seed: a 32-bit linear congruential generator (Numerical Recipes), of which the high bits are used. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

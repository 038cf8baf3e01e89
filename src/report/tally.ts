import type { Verdict } from '../run/event.ts';

/** How many checks came to each verdict. */
export type Tally = Record<Verdict, number>;

export function emptyTally(): Tally {
  return { pass: 0, xfail: 0, skip: 0, fail: 0 };
}

export function tallySize(tally: Tally): number {
  return tally.pass + tally.xfail + tally.skip + tally.fail;
}

/** `22 passed, 1 failed, 2 skipped`; what is zero is left out. */
export function tallyText(tally: Tally): string {
  const parts = [
    [tally.pass, 'passed'],
    [tally.fail, 'failed'],
    [tally.xfail, 'failed as known'],
    [tally.skip, 'skipped'],
  ] as const;
  const text = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return text.length > 0 ? text.join(', ') : 'no checks';
}

export function addTally(one: Tally, other: Tally): Tally {
  return {
    pass: one.pass + other.pass,
    xfail: one.xfail + other.xfail,
    skip: one.skip + other.skip,
    fail: one.fail + other.fail,
  };
}

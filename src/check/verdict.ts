import type { Verdict } from '../run/event.ts';

/** From best to worst, as the kernel's selftests rank them. */
const ORDER: Verdict[] = ['pass', 'xfail', 'skip', 'fail'];

/** The worst of several; `pass` of none. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return ORDER[Math.max(0, ...verdicts.map((verdict) => ORDER.indexOf(verdict)))] ?? 'pass';
}

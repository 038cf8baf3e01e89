import type { Reason } from '../kernel/state.ts';

/**
 * A lab as a person would build it by hand: sections (the underlay, the pods, flannel), in each one part per machine, in each part steps in the order
 * in which they are typed. Plain data; `script.ts` makes text of it.
 */
export interface Section {
  /** e.g. `The underlay` */
  title: string;
  /** What is built here, in a sentence or two. */
  idea: string;
  /** Lines of a picture. */
  drawing: string[];
  parts: Part[];
}

/** What one component wants of one machine or pod. */
export interface Part {
  namespace: string;
  owner: Reason['owner'];
  steps: Step[];
}

/** The commands for one wanted row, or for several with the same reason. */
export interface Step {
  why: string;
  commands: string[][];
}

/** Steps that follow each other for the same reason become one. */
export function joined(steps: readonly Step[]): Step[] {
  const result: Step[] = [];
  for (const { why, commands } of steps) {
    const last = result.at(-1);
    if (last?.why === why) last.commands.push(...commands);
    else result.push({ why, commands: [...commands] });
  }
  return result;
}

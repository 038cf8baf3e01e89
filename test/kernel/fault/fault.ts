import type { LabCopy } from '../../helpers/lab-copy.ts';

/** A check by its title, or all whose title fits. */
export type Which = string | RegExp;

/** A shell command in a node or pod of the running lab, as somebody would type it there. */
export type Deed = [where: string, command: string];

/**
 * Something that goes wrong in a running lab, and what has to come of it. `bin/lab diff` finds it, `bin/lab repair` puts it right, and all the
 * checks that ran pass again.
 */
export interface Fault {
  /** What is wrong, as a sentence about the network. */
  name: string;
  break: Deed[];
  /** What no command inside can do. */
  outside?: (lab: LabCopy) => Promise<void>;
  /** A command that goes on while the checks run; it prints a line when it has begun. */
  meanwhile?: [where: string, argv: string[]];
  /** Checks that must fail. */
  fails: Which[];
  /** Checks that must pass all the same. `rest`: every other one, so the fault is narrow. */
  passes: 'rest' | Which[];
  /** With `rest`: checks that depend on what happens to come first. */
  either?: Which[];
  /** The checks among them are tagged slow. */
  slow?: true;
  /** What the failed check must say. */
  tells?: Account[];
}

/** What the report of a failed check must contain; each pattern fits some line. */
export interface Account {
  check: Which;
  want?: RegExp;
  got?: RegExp;
  /** The rows that are wrong, or the agent that is gone: all of them, and no other row. */
  rows: RegExp[];
  /** Where the packet was seen last: `the packet was last seen on PLACE DIRECTION: ...`. */
  last?: RegExp;
  /** Other lines. */
  also?: RegExp[];
}

export const isMeant = (title: string, which: Which): boolean =>
  typeof which === 'string' ? title === which : which.test(title);

export const isOneOf = (title: string, among: readonly Which[]): boolean =>
  among.some((which) => isMeant(title, which));

import { CommandError, type CommandResult } from '../run/command.ts';
import type { Outcome } from './surroundings.ts';

/** Why nothing was tried. `lacking`: this machine has no such program. */
export interface Obstacle {
  why: string;
  lacking: boolean;
}

/** The outcome where nothing was tried: neither the claim nor its opposite has been shown. */
export const untried = (want: string[], { why, lacking }: Obstacle): Outcome => ({
  holds: false,
  want,
  got: `could not be tried: ${why}`.split('\n'),
  untried: why,
  lacking,
});

/**
 * Whether a program that was to try something ran at all. A failure of what starts it (nsenter, enter.pl) says nothing about the network, and
 * must not be taken for "no answer".
 */
export function obstacle(result: CommandResult): Obstacle | undefined {
  if (result.timedOut) return { why: `${result.argv[0]} did not end in time`, lacking: false };
  if (result.exitCode === 0) return undefined;
  const line = /^(?:nsenter|lab): .*$/m.exec(result.stderr)?.[0];
  if (line === undefined) return undefined;
  return { why: line.replace(/^\w+: /, ''), lacking: result.exitCode === 127 };
}

/** The same for a command that had to succeed; an error of another kind is a defect of ours and thrown on. */
export function obstacleOf(error: unknown): Obstacle {
  if (!(error instanceof CommandError)) throw error;
  return { why: error.message, lacking: error.result.exitCode === 127 };
}

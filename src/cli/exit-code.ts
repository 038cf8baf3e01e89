import type { LabEndEvent } from '../run/event.ts';
import type { Failure } from '../run/failure.ts';

/**
 * What a run's exit code says. `exec` and `shell` have the codes of env(1) instead: the command's own, else 125 to 127, or 128+n for a signal.
 */
export const exitCodes = {
  good: 0,
  failed: 1,
  usage: 2,
  notBuilt: 3,
  skipped: 4,
} as const;

/** Own failures of exec and shell, as env(1) has it. */
export const ownFailure = 125;

export function failureExitCode(kind: Failure['kind']): number {
  return { usage: exitCodes.usage, build: exitCodes.notBuilt, lacking: exitCodes.skipped }[kind];
}

/** How one lab ended, and how much of it was skipped although the lab as a whole was not. */
export interface LabOutcome {
  outcome: LabEndEvent['outcome'];
  skippedChecks: number;
}

/** The worst that happened decides: 2, 3, 1, 0; 4 only where nothing at all could be tried. `strictSkip`: whatever was skipped has failed. */
export function runExitCode(labs: readonly LabOutcome[], strictSkip = false): number {
  const any = (outcome: LabEndEvent['outcome']): boolean => labs.some((lab) => lab.outcome === outcome);
  if (any('invalid')) return exitCodes.usage;
  if (any('not-built')) return exitCodes.notBuilt;
  if (any('failed')) return exitCodes.failed;
  if (strictSkip && labs.some((lab) => lab.outcome === 'skipped' || lab.skippedChecks > 0))
    return exitCodes.failed;
  if (labs.length > 0 && labs.every((lab) => lab.outcome === 'skipped')) return exitCodes.skipped;
  return exitCodes.good;
}

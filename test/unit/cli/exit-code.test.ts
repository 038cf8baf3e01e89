import { describe, expect, it } from 'vitest';
import { failureExitCode, type LabOutcome, runExitCode } from '../../../src/cli/exit-code.ts';

const lab = (outcome: LabOutcome['outcome'], skippedChecks = 0): LabOutcome => ({ outcome, skippedChecks });

describe('the exit code of a run', () => {
  // From the documented table: 0 good; 1 a check failed; 2 wrong lab file; 3 not built; 4 everything was skipped; precedence 2, 3, 1, 0.
  it.each([
    ['good', [lab('good')], 0],
    ['failed', [lab('failed')], 1],
    ['invalid', [lab('invalid')], 2],
    ['not built', [lab('not-built')], 3],
    ['skipped', [lab('skipped')], 4],
    ['good and skipped', [lab('good'), lab('skipped')], 0],
    ['failed and skipped', [lab('skipped'), lab('failed')], 1],
    ['good and failed', [lab('good'), lab('failed')], 1],
    ['failed and not built', [lab('failed'), lab('not-built'), lab('good')], 3],
    ['not built and invalid', [lab('not-built'), lab('failed'), lab('invalid')], 2],
    ['all skipped', [lab('skipped'), lab('skipped')], 4],
    ['good with skipped checks', [lab('good', 3)], 0],
    ['nothing at all', [], 0],
  ])('%s', (_what, labs, code) => {
    expect(runExitCode(labs)).toBe(code);
  });

  it.each([
    ['a skipped lab', [lab('good'), lab('skipped')], 1],
    ['a skipped check', [lab('good', 1)], 1],
    ['everything skipped', [lab('skipped')], 1],
    ['nothing skipped', [lab('good')], 0],
    ['a skip beside something worse', [lab('not-built'), lab('skipped')], 3],
  ])('with --strict-skip, %s', (_what, labs, code) => {
    expect(runExitCode(labs, true)).toBe(code);
  });

  it('of a failure is that of its kind', () => {
    expect([failureExitCode('usage'), failureExitCode('build'), failureExitCode('lacking')]).toEqual([
      2, 3, 4,
    ]);
  });
});

import type { Lab } from '../lab/lab.ts';
import type { Context } from '../lifecycle/context.ts';
import type { Reporter } from '../report/reporter.ts';
import { openReporter } from '../report/reporter.ts';
import type { Emit, LabEndEvent, Verdict } from '../run/event.ts';
import { Failure } from '../run/failure.ts';
import { limited } from '../run/limit.ts';
import type { Arguments } from './arguments.ts';
import { exitCodes, type LabOutcome, runExitCode } from './exit-code.ts';
import { told } from './failure-text.ts';
import { Interrupted, interruption } from './interruption.ts';
import { asTyped } from './wording.ts';
import { fileName, labFile, readLab } from './lab-word.ts';

export interface LabRun {
  /** As typed. */
  words: readonly string[];
  jobs: number;
  /** What is done with each lab; the verdict of its checks, if it has been verified. */
  work(lab: Lab, context: Context): Promise<Verdict | undefined>;
  /** What has been done, where nothing is verified. */
  done?: string;
  /** A last word for the reader about a lab that has been built. */
  lastWord?(lab: Lab): string;
}

/**
 * Everything that is common to the commands that work on labs: read all of them before anything is touched, report, count, survive one lab's failure,
 * stop on Ctrl-C, and find the exit code.
 *
 *   words ── files ── labs ──┬── work(lab) ── lab-end ──┬── run-end ── exit code
 *          exit 2    exit 2  └── work(lab) ── lab-end ──┘
 */
export async function runLabs(args: Arguments, run: LabRun): Promise<number> {
  const startMs = performance.now();
  const files = [...new Set(await Promise.all(run.words.map(labFile)))];
  const reporter = openReporter(
    {
      name: args.reporter ?? (args.json ? 'json' : 'human'),
      verbose: args.verbose,
      ...(args.output === undefined ? {} : { output: args.output }),
    },
    { stdout: process.stdout, env: process.env, now: () => new Date() },
  );
  const labs = await readAll(files, reporter.emit);
  if (labs === undefined) return finished(reporter, exitCodes.usage, startMs);

  const interrupted = interruption();
  try {
    const outcomes = await limited(run.jobs, labs, (lab) =>
      workOn(lab, run, { emit: reporter.emit, signal: interrupted.signal, slow: args.slow }),
    );
    return finished(reporter, interrupted.exitCode() ?? runExitCode(outcomes, args.strictSkip), startMs);
  } finally {
    interrupted.end();
  }
}

/** All labs, or undefined when one of them is wrong; then standard error says what and where, and nothing is touched. */
async function readAll(files: readonly string[], emit: Emit): Promise<Lab[] | undefined> {
  const labs = new Map<string, Lab>();
  let wrong = false;
  for (const file of files) {
    const startMs = performance.now();
    try {
      const lab = await readLab(file);
      const other = labs.get(lab.name);
      if (other) throw new Failure('usage', `${file}: its name, ${lab.name}, is that of ${other.file}, too`);
      labs.set(lab.name, lab);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      wrong = true;
      told(error, 'run');
      const durationMs = performance.now() - startMs;
      emit({ type: 'lab-end', lab: fileName(file), outcome: 'invalid', reason: error.message, durationMs });
    }
  }
  return wrong ? undefined : [...labs.values()];
}

function finished(reporter: Reporter, exitCode: number, startMs: number): number {
  reporter.emit({ type: 'run-end', exitCode, durationMs: performance.now() - startMs });
  const lost = reporter.close();
  if (lost === undefined) return exitCode;
  process.stderr.write(`lab: ${lost}\n`);
  return exitCode === exitCodes.good ? exitCodes.notBuilt : exitCode;
}

async function workOn(lab: Lab, run: LabRun, context: Context): Promise<LabOutcome> {
  const startMs = performance.now();
  const counts: Record<Verdict, number> = { pass: 0, xfail: 0, skip: 0, fail: 0 };
  const emit: Emit = (event) => {
    if (event.type === 'check') counts[event.check.verdict]++;
    context.emit(event);
  };
  const end = await ending(lab, run, { ...context, emit }, counts);
  context.emit({
    type: 'lab-end',
    lab: lab.name,
    ...end,
    ...(run.done === undefined ? {} : { done: run.done }),
    durationMs: performance.now() - startMs,
  });
  const built = end.outcome === 'good' || end.outcome === 'failed';
  if (built && run.lastWord)
    context.emit({ type: 'note', lab: lab.name, level: 'info', text: run.lastWord(lab) });
  return { outcome: end.outcome, skippedChecks: counts.skip };
}

type Ending = Pick<LabEndEvent, 'outcome' | 'reason'>;

async function ending(
  lab: Lab,
  run: LabRun,
  context: Context,
  counts: Record<Verdict, number>,
): Promise<Ending> {
  try {
    context.signal.throwIfAborted();
    const verdict = await run.work(lab, context);
    if (verdict === 'fail' || counts.fail > 0) return { outcome: 'failed' };
    if (counts.skip > 0 && counts.pass + counts.xfail === 0)
      return { outcome: 'skipped', reason: 'every check was skipped' };
    return { outcome: 'good' };
  } catch (error) {
    return failedEnding(error, context.signal);
  }
}

function failedEnding(error: unknown, signal: AbortSignal): Ending {
  const by: unknown = signal.reason;
  if (signal.aborted && by instanceof Interrupted) return { outcome: 'interrupted', reason: by.message };
  if (error instanceof Failure) {
    // As with a wrong file: standard error is the place where wrong words are put right.
    if (error.kind === 'usage') told(error, 'run');
    const outcomes = { usage: 'invalid', build: 'not-built', lacking: 'skipped' } as const;
    return {
      outcome: outcomes[error.kind],
      reason: [error.message, ...error.hints.map((hint) => asTyped(hint))].join('\n'),
    };
  }
  // A defect of ours ends this lab and not the others; what it left is rolled back by whoever began it.
  told(error, 'run');
  const words = error instanceof Error ? error.message : String(error);
  return { outcome: 'not-built', reason: `internal error: ${words}` };
}

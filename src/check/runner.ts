import type { Lab } from '../lab/lab.ts';
import type { KernelState } from '../kernel/state.ts';
import { CommandError } from '../run/command.ts';
import type { CheckResult, Emit, Verdict } from '../run/event.ts';
import { Failure } from '../run/failure.ts';
import { limited } from '../run/limit.ts';
import { shared } from '../run/shared.ts';
import type { Session } from '../sandbox/session.ts';
import { evidenceOf } from './evidence.ts';
import type { CheckSpec } from './spec.ts';
import { placeOf, type Outcome, type Surroundings } from './surroundings.ts';
import { startTap, type Tap } from '../capture/tap.ts';
import { tableReader } from './table-reader.ts';
import { look } from './sight.ts';
import { title } from './title.ts';
import { tryCheck } from './try.ts';
import { worst } from './verdict.ts';

/** How many checks run side by side. */
const WIDTH = 6;

export interface RunOptions {
  slow: boolean;
  signal: AbortSignal;
  emit: Emit;
}

/** All checks of a lab, each to its verdict; one event per check, in the order of the lab file. */
export async function runChecks(
  lab: Lab,
  want: KernelState,
  session: Session,
  options: RunOptions,
): Promise<Verdict> {
  const running = selectedChecks(lab, options.slow);
  const places = capturePlaces(running, want);
  const tap = places.length > 0 ? await startTap(session, places, lab.cluster.flannel?.backend.port) : noTap;
  await using _tap = tap;
  const around: Surroundings = {
    lab,
    want,
    session,
    tap,
    signal: options.signal,
    readTables: tableReader(session),
    look: shared(() => look(session, lab, want)),
  };

  const results = new Map<number, CheckResult>();
  let next = 0;
  const done = (result: CheckResult) => {
    results.set(result.number, result);
    // In the order of the file, whatever finished first.
    for (let spec = running[next]; spec && results.has(spec.number); spec = running[++next]) {
      options.emit({ type: 'check', lab: lab.name, check: results.get(spec.number) as CheckResult });
    }
  };
  // A check that changes what others look at goes first, and alone.
  for (const spec of running.filter(alone)) done(await runCheck(around, spec));
  const rest = running.filter((spec) => !alone(spec));
  // Rows are read for all at once; what sends packets takes turns, and who will wait in vain begins.
  const probes = rest.filter((spec) => !readsRows(spec));
  await Promise.all([
    ...rest.filter(readsRows).map(async (spec) => done(await runCheck(around, spec))),
    limited(
      WIDTH,
      [...probes.filter(waitsInVain), ...probes.filter((spec) => !waitsInVain(spec))],
      async (spec) => done(await runCheck(around, spec)),
    ),
  ]);
  return worst([...results.values()].map((result) => result.verdict));
}

/** Checks tagged slow take seconds by their nature; they run only when asked for. */
export function selectedChecks(lab: Lab, slow: boolean): CheckSpec[] {
  return lab.checks.filter((spec) => slow || !spec.tags.includes('slow'));
}

const alone = (spec: CheckSpec) => spec.claim.kind === 'miss';

const ROWS = new Set(['link', 'address', 'route', 'neighbour', 'fdb', 'iptables', 'sysctl']);

const readsRows = (spec: CheckSpec) => ROWS.has(spec.claim.kind);

/** Its probe is to go unanswered, so that all its time is waiting. */
const waitsInVain = ({ claim }: CheckSpec): boolean =>
  claim.kind === 'packet' ? claim.probeFails === true : claim.kind === 'ping' && claim.expect === 'no-reply';

const noTap: Tap = {
  listen: () => ({ doubt: async () => 'nobody captures there', end: () => undefined }),
  missing: new Map(),
  [Symbol.asyncDispose]: async () => undefined,
};

/** Every device that some check captures on. */
function capturePlaces(specs: readonly CheckSpec[], want: KernelState): string[] {
  const places = specs.flatMap((spec) => {
    if (spec.claim.kind === 'packet') return spec.claim.on.map((place) => placeOf({ want }, place));
    if (spec.claim.kind === 'miss') return [placeOf({ want }, spec.claim.on).replace(/\/[^/]*$/, '/neigh')];
    return [];
  });
  return [...new Set(places)];
}

async function runCheck(around: Surroundings, spec: CheckSpec): Promise<CheckResult> {
  const start = performance.now();
  let outcome: Outcome;
  let attempts = 1;
  try {
    ({ outcome, attempts } = await tryCheck(around, spec));
  } catch (error) {
    if (around.signal.aborted || !(error instanceof CommandError || error instanceof Failure)) throw error;
    outcome = { holds: false, want: [title(spec)], got: error.message.split('\n') };
  }
  const common = { number: spec.number, title: title(spec), kind: spec.claim.kind, attempts };
  const durationMs = performance.now() - start;
  if (outcome.holds) return { ...common, verdict: 'pass', durationMs };
  if (outcome.lacking) return { ...common, verdict: 'skip', durationMs, reason: outcome.untried ?? '' };
  const evidence = await evidenceOf(around, spec, outcome);
  return { ...common, verdict: 'fail', durationMs, want: outcome.want, got: outcome.got, ...evidence };
}

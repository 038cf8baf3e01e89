import type { Lab } from '../lab/lab.ts';
import { kernelState } from '../component/kernel-state.ts';
import { apply, type Progress } from '../kernel/apply.ts';
import { neighbourLimit } from '../kernel/neighbour-limit.ts';
import { plan } from '../kernel/plan.ts';
import type { KernelState } from '../kernel/state.ts';
import { busyNeighbours } from '../model/learned-neighbour.ts';
import { Cleanup } from '../run/cleanup.ts';
import { CommandError } from '../run/command.ts';
import { Failure } from '../run/failure.ts';
import { endHolder, startHolder, type FreshHolder } from '../sandbox/holder.ts';
import { identify } from '../sandbox/process.ts';
import { removeRecord, writeRecord, type LabRecord } from '../sandbox/record.ts';
import { holderSession, type Session } from '../sandbox/session.ts';
import { startAgents } from './agents.ts';
import { neighbourWarning } from './neighbour-warning.ts';
import { ensureRequirements } from './requirement.ts';
import type { Context } from './context.ts';

/** A lab that has been built and still dies with us, until `keep`. Disposing of it removes it, unless it was kept. */
export interface BuiltLab extends AsyncDisposable {
  session: Session;
  want: KernelState;
  keep(): Promise<void>;
}

/**
 * Build a lab from nothing. Whatever fails or is interrupted on the way, everything is rolled back before this throws; a Failure names the step.
 * `recorded`: other commands can find it (up); a throw-away lab (test) is nobody else's business.
 */
export async function build(lab: Lab, context: Context, options: { recorded: boolean }): Promise<BuiltLab> {
  ensureRequirements(lab);
  const warning = neighbourWarning(lab.cluster, await neighbourLimit(busyNeighbours(lab.cluster)));
  if (warning !== undefined)
    context.emit({ type: 'note', lab: lab.name, level: 'warning', text: `${lab.name}: ${warning}` });
  const cleanup = new Cleanup();
  try {
    return await buildSteps(lab, context, options.recorded, cleanup);
  } catch (error) {
    await cleanup[Symbol.asyncDispose]();
    throw asFailure(error, lab);
  }
}

async function buildSteps(
  lab: Lab,
  context: Context,
  recorded: boolean,
  cleanup: Cleanup,
): Promise<BuiltLab> {
  const step = stepTimer(lab, context);
  const want = kernelState(lab.cluster);
  const record = newRecord(lab, want);
  if (recorded) {
    await writeRecord(record);
    cleanup.defer(() => removeRecord(record));
  }
  const starting = startHolder();
  // Its namespaces take a while; what is to be done in them is known by then.
  starting.catch(() => undefined);
  const steps = plan(want, new Map());
  const holder: FreshHolder = await starting;
  cleanup.defer(() => endHolder(holder));
  if (recorded) await writeRecord({ ...record, holder: { init: holder.init, parent: holder.parent } });
  step('sandbox', `process ${holder.init.pid}`);

  context.signal.throwIfAborted();
  const session = holderSession(holder.init.pid, { lab: lab.name, emit: context.emit });
  cleanup.defer(() => session[Symbol.asyncDispose]());
  // The agent takes longer to start than the network to build: both at once.
  const agents = startAgents(session, lab, context.signal);
  agents.catch(() => undefined);
  const progress: Progress = (doing, count) =>
    context.emit({ type: 'progress', lab: lab.name, doing, ...(count ? { count } : {}) });
  await apply(session, steps, context.signal, progress);
  const withAgents = await agents;
  step(
    'network',
    `${want.namespaces.length} namespaces, ${steps.veths.length} veth pairs${withAgents ? ', flannel agent' : ''}`,
  );

  return {
    session,
    want,
    async keep() {
      await holder.keep();
      cleanup.keep();
      await session[Symbol.asyncDispose]();
    },
    [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose](),
  };
}

function newRecord(lab: Lab, want: KernelState): LabRecord {
  const builder = identify(process.pid);
  if (!builder) throw new Error('cannot read /proc of this very process');
  return {
    name: lab.name,
    file: lab.file,
    builder,
    since: new Date().toISOString(),
    namespaces: want.namespaces.map((namespace) => namespace.name),
  };
}

/** Emits each step with the time since the one before. */
export function stepTimer(lab: Lab, context: Context): (step: string, detail: string) => void {
  let last = performance.now();
  return (step, detail) => {
    const now = performance.now();
    context.emit({ type: 'step', lab: lab.name, step, detail, durationMs: now - last });
    last = now;
  };
}

/** Kernel words that mean "this kernel does not have it", as ip and iptables print them. */
const LACKING: [RegExp, string][] = [
  [/Unknown device type|Operation not supported/, 'this kernel lacks the device type'],
  [
    /Extension \S+ .*missing kernel module|can't initialize iptables table|Could not fetch rule set generation id/,
    'this kernel lacks an iptables feature',
  ],
  [/: command not found|spawn \S+ ENOENT|failed to execute (\S+): No such file/, 'a program is missing'],
];

export function asFailure(error: unknown, lab: Lab): unknown {
  if (!(error instanceof CommandError)) return error;
  const lacking = LACKING.find(([words]) => words.test(error.message));
  if (lacking) {
    return new Failure('lacking', `${lab.name}: ${lacking[1]}\n${error.message}`, [
      'bin/lab doctor says what this machine lacks',
    ]);
  }
  return new Failure(
    'build',
    `${lab.name}: could not be built, everything was rolled back\n${error.message}`,
  );
}

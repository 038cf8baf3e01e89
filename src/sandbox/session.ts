import { CommandError, type CommandResult, type Reporting } from '../run/command.ts';
import { Failure } from '../run/failure.ts';
import type { Job, JobAnswer, JobLane } from '../run/job.ts';
import { startJobServer, type JobServer } from '../run/job-server.ts';
import { identityMap } from './identity-map.ts';
import { fromOutside, PROGRAM_INSIDE } from './layout.ts';
import { childrenOf } from './process.ts';

/**
 * The way into a sandbox for one command of ours. What is started through it belongs to a PID namespace that ends when our process does,
 * however it does: no probe, capture or child survives its command.
 */
export interface Session extends AsyncDisposable {
  /** PID 1 of the sandbox, as seen from here. */
  holderPid: number;
  /** Prefix that runs what follows inside, in the sandbox's own or in the named network namespace. */
  inside(namespace?: string): string[];
  /** Run to the end inside; a failing command is a result. */
  run(argv: string[], options?: InsideOptions): Promise<CommandResult>;
  /** Run to the end inside; a failing command throws CommandError. */
  must(argv: string[], options?: InsideOptions): Promise<CommandResult>;
  /**
   * Run many commands: stages one after the other, the jobs of a stage side by side. A stage starts only when all before ended well; then the
   * first job that failed throws CommandError. Results are in the order of the jobs. `onEnd` is called for each job that has ended.
   */
  all(
    stages: readonly (readonly Job[])[],
    signal?: AbortSignal,
    onEnd?: (job: Job) => void,
  ): Promise<CommandResult[]>;
  /** A file of the sandbox, as a path that can be opened from here. */
  file(path: string): string;
}

/** Commands of a batch at a time: most of them wait for the kernel's rtnl lock. */
const JOBS_WIDTH = 6;

export type InsideOptions = Omit<Job, 'argv'> & { signal?: AbortSignal | undefined };

const jobsProgram = ['perl', `${PROGRAM_INSIDE}/jobs.pl`, String(JOBS_WIDTH)];

/** While a lab is being built its holder dies with us, so the holder's own PID namespace is the session's. */
export function holderSession(holderPid: number, reporting: Reporting): Session {
  let server: JobServer | undefined;
  const start = () => (server ??= startJobServer(['nsenter', ...enter(holderPid), '--', ...jobsProgram]));
  const end = async () => {
    await server?.[Symbol.asyncDispose]();
  };
  return session(holderPid, holderPid, { start, end }, reporting);
}

/** A session in a running lab. */
export async function openSession(holderPid: number, reporting: Reporting): Promise<Session> {
  const server = startJobServer([
    'nsenter',
    ...enter(holderPid),
    ...['unshare', '--pid', '--fork', '--kill-child', ...jobsProgram],
  ]);
  const ready = await server.ready;
  // nsenter -> unshare -> jobs.pl
  const [unsharePid] = childrenOf(server.pid);
  const [initPid] = unsharePid === undefined ? [] : childrenOf(unsharePid);
  if (!ready || initPid === undefined) {
    await server[Symbol.asyncDispose]();
    throw new Failure(
      'build',
      `cannot enter the running lab: ${(await server.lastWords) || 'the sandbox is gone'}`,
      ['bin/lab status says what is running'],
    );
  }
  const end = async () => {
    await server[Symbol.asyncDispose]();
  };
  return session(holderPid, initPid, { start: () => server, end }, reporting);
}

function enter(pid: number): string[] {
  const user = identityMap() === 'root' ? [] : ['--user', '--preserve-credentials'];
  return ['--target', String(pid), ...user, '--mount', '--pid', '--ipc', '--uts', '--net'];
}

function session(
  holderPid: number,
  initPid: number,
  server: { start: () => JobServer; end: () => Promise<void> },
  reporting: Reporting,
): Session {
  const common = enter(initPid).slice(0, -1);
  const done = async (job: Job, lane: JobLane, signal?: AbortSignal): Promise<CommandResult> => {
    const { number: _, ...answer } = await server.start().run(job, lane, signal);
    report(job, answer, reporting);
    return { argv: job.argv, ...answer };
  };
  const run = (argv: string[], { signal, ...options }: InsideOptions = {}) =>
    done({ ...options, argv }, 'now', signal);
  return {
    holderPid,
    inside: (namespace) => [
      'nsenter',
      ...common,
      // The name is looked up through the holder's root, before nsenter leaves our own mount namespace.
      namespace === undefined ? '--net' : `--net=${fromOutside(holderPid, `/run/netns/${namespace}`)}`,
      '--',
    ],
    run,
    async must(argv, options = {}) {
      const result = await run(argv, options);
      if (result.exitCode !== 0) throw new CommandError(result, options.namespace, options.input);
      return result;
    },
    async all(stages, signal, onEnd) {
      const results: CommandResult[] = [];
      for (const jobs of stages) {
        const inC = jobs.map((job) => ({ ...job, env: { LC_ALL: 'C', ...job.env } }));
        const ended = await Promise.all(
          inC.map(async (job) => {
            const result = await done(job, 'turns', signal);
            onEnd?.(job);
            return result;
          }),
        );
        const failed = ended.findIndex((result) => result.exitCode !== 0);
        const failure = ended[failed];
        if (failure) throw new CommandError(failure, jobs[failed]?.namespace, jobs[failed]?.input);
        results.push(...ended);
      }
      return results;
    },
    file: (path) => fromOutside(holderPid, path),
    [Symbol.asyncDispose]: server.end,
  };
}

function report(
  { argv, namespace, input }: Job,
  answer: Omit<JobAnswer, 'number'>,
  reporting: Reporting,
): void {
  reporting.emit({
    type: 'command',
    lab: reporting.lab,
    ...(namespace === undefined ? {} : { namespace }),
    argv,
    ...(input === undefined ? {} : { input }),
    exitCode: answer.exitCode,
    durationMs: answer.durationMs,
  });
}

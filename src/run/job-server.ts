import { setMaxListeners } from 'node:events';
import { Failure } from './failure.ts';
import { jobText, parseAnswers, type Job, type JobAnswer, type JobLane } from './job.ts';
import { startProcess } from './process.ts';

/** One process inside a sandbox that starts all others there for us (src/inside/jobs.pl). Disposing of it ends it. */
export interface JobServer extends AsyncDisposable {
  pid: number;
  /** Resolves when it takes jobs; false: it ended first. Jobs may be handed over before that. */
  ready: Promise<boolean>;
  /** What it said on standard error, once it has ended. */
  lastWords: Promise<string>;
  /** Run to the end; a failing command is an answer. Throws Failure 'build' when the server is gone, and when the signal aborts: then the job is stopped. */
  run(job: Job, lane: JobLane, signal?: AbortSignal): Promise<JobAnswer>;
}

const READY = Buffer.from('ready\n');

export function startJobServer(argv: readonly string[]): JobServer {
  // Ctrl-C reaches the whole process group: the server must outlive it long enough for an orderly end.
  const child = startProcess(argv, { detached: true, env: { WIRELAB_ARCH: process.arch } });
  const waiting = new Map<number, (answer: JobAnswer | Failure) => void>();
  let isReady = false;
  let settleReady: (isReady: boolean) => void = () => undefined;
  const ready = new Promise<boolean>((resolve) => (settleReady = resolve));
  let received: Buffer = Buffer.alloc(0);
  child.onData((bytes) => {
    received = Buffer.concat([received, bytes]);
    if (!isReady) {
      if (received.length < READY.length) return;
      isReady = true;
      received = received.subarray(READY.length);
      settleReady(true);
    }
    const { answers, rest } = parseAnswers(received);
    received = rest;
    for (const answer of answers) {
      waiting.get(answer.number)?.(answer);
      waiting.delete(answer.number);
    }
  });
  let gone: Failure | undefined;
  const lastWords = child.ended.then(({ stderr }) => {
    const words = stderr.trim();
    gone = new Failure('build', `cannot run commands in the sandbox: ${words || 'jobs.pl was ended'}`);
    settleReady(false);
    for (const answer of waiting.values()) answer(gone);
    waiting.clear();
    return words;
  });

  // What is handed over at about the same time is written at once.
  let unsent: Buffer[] = [];
  const send = (text: Buffer) => {
    if (unsent.push(text) > 1) return;
    queueMicrotask(() => {
      child.write(Buffer.concat(unsent));
      unsent = [];
    });
  };
  let jobs = 0;
  return {
    pid: child.pid,
    ready,
    lastWords,
    async run(job, lane, signal) {
      signal?.throwIfAborted();
      const number = jobs++;
      if (gone) throw gone;
      send(jobText(number, lane, job));
      // One per job, hundreds in a large lab: no leak.
      if (signal) setMaxListeners(0, signal);
      return await new Promise((resolve, reject) => {
        const onAbort = () => {
          waiting.delete(number);
          send(Buffer.from(`stop ${number}\n`));
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        waiting.set(number, (answer) => {
          signal?.removeEventListener('abort', onAbort);
          if (answer instanceof Failure) reject(answer);
          else resolve(answer);
        });
      });
    },
    async [Symbol.asyncDispose]() {
      child.endInput();
      await child.ended;
    },
  };
}

import { execa } from 'execa';
import { lineReader } from './lines.ts';

/** A long-lived child whose output is read as it comes. */
export interface LiveProcess {
  pid: number;
  write(text: string | Uint8Array): void;
  /** Complete lines of standard output. */
  onLine(listener: (line: string) => void): void;
  /** The next line each time it is called, undefined after the last; not together with onLine or onData. */
  nextLine(): Promise<string | undefined>;
  /** Raw standard output; not together with onLine. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Standard output is not read until `resume`; then the child waits. */
  pause(): void;
  resume(): void;
  onError(listener: (text: string) => void): void;
  /** It no longer keeps us waiting: what is there of it is enough. */
  letGo(): void;
  /** Closes its standard input. */
  endInput(): void;
  kill(): void;
  /** Its exit code, or undefined when a signal ended it. Never rejects. */
  ended: Promise<{ exitCode: number | undefined; stderr: string }>;
}

export interface ProcessOptions {
  env?: Record<string, string>;
  /** A session of its own: signals from the terminal do not reach it. */
  detached?: boolean;
  /** It may outlive us. */
  outlives?: boolean;
  /** The directory it starts in; default our own. */
  cwd?: string;
}

export function startProcess(argv: readonly string[], options: ProcessOptions = {}): LiveProcess {
  const [file, ...args] = argv;
  const child = execa(file as string, args, {
    reject: false,
    buffer: { stdout: false, stderr: false },
    ...(options.env ? { env: options.env } : {}),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    detached: options.detached ?? false,
    cleanup: !options.outlives,
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = `${stderr}${text}`.slice(-65_536)));
  // A child that is gone makes the next write fail: its end says so already.
  child.stdin.on('error', () => undefined);
  let nextLine: (() => Promise<string | undefined>) | undefined;
  return {
    pid: child.pid ?? 0,
    nextLine: () => (nextLine ??= lineReader(child.stdout))(),
    write: (text) => void child.stdin.write(text),
    onLine(listener) {
      void (async () => {
        const next = lineReader(child.stdout);
        for (let line = await next(); line !== undefined; line = await next()) listener(line);
      })();
    },
    onData: (listener) => void child.stdout.on('data', listener),
    pause: () => void child.stdout.pause(),
    resume: () => void child.stdout.resume(),
    onError: (listener) => void child.stderr.on('data', listener),
    letGo: () => child.unref(),
    endInput: () => void child.stdin.end(),
    kill: () => void child.kill('SIGKILL'),
    ended: child.then((result) => ({
      exitCode: result.exitCode,
      stderr: stderr || (result.shortMessage ?? ''),
    })),
  };
}

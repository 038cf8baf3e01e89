import { constants } from 'node:os';
import { execa } from 'execa';
import type { Emit } from './event.ts';

/**
 * The one place that starts processes: argv arrays, never shell strings.
 */
export interface CommandOptions {
  /** What the reader sees and could type, when the true argv is wrapped in nsenter; default argv itself. */
  shown?: string[];
  namespace?: string;
  input?: string;
  env?: Record<string, string>;
  cwd?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface CommandResult {
  argv: string[];
  stdout: string;
  stderr: string;
  /** 128+n for a command that died of signal n; 127 where it could not be started. */
  exitCode: number;
  timedOut: boolean;
  durationMs: number;
}

export interface Reporting {
  lab: string;
  emit: Emit;
}

/** Run to the end; a failing command is a result, not an exception. */
export async function run(
  argv: readonly string[],
  options: CommandOptions,
  reporting?: Reporting,
): Promise<CommandResult> {
  const [file, ...args] = argv;
  const start = performance.now();
  const result = await execa(file as string, args, {
    reject: false,
    stripFinalNewline: false,
    stdin: options.input === undefined ? 'ignore' : 'pipe',
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.env ? { env: options.env } : {}),
    ...(options.cwd ? { cwd: options.cwd } : {}),
    ...(options.timeoutMs ? { timeout: options.timeoutMs, killSignal: 'SIGKILL' as const } : {}),
    ...(options.signal ? { cancelSignal: options.signal } : {}),
  });
  options.signal?.throwIfAborted();
  const shown = options.shown ?? [...argv];
  const outcome: CommandResult = {
    argv: shown,
    stdout: result.stdout,
    stderr:
      result.exitCode === undefined && result.stderr === ''
        ? String(result.shortMessage ?? '')
        : result.stderr,
    exitCode: result.exitCode ?? (result.signal ? 128 + constants.signals[result.signal] : 127),
    timedOut: result.timedOut,
    durationMs: performance.now() - start,
  };
  reporting?.emit({
    type: 'command',
    lab: reporting.lab,
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    argv: shown,
    ...(options.input === undefined ? {} : { input: options.input }),
    exitCode: outcome.exitCode,
    durationMs: outcome.durationMs,
  });
  return outcome;
}

/** A command that had to succeed and did not: says which, where, and the kernel's words. */
export class CommandError extends Error {
  readonly result: CommandResult;
  readonly namespace: string | undefined;

  constructor(result: CommandResult, namespace: string | undefined, input: string | undefined) {
    const where = namespace === undefined ? '' : ` in ${namespace}`;
    const words = result.stderr.trim() || result.stdout.trim() || 'no output';
    const batchLine = failedBatchLine(words, input);
    super(
      `${result.argv.join(' ')}${where}: ${result.timedOut ? 'timed out' : `exit code ${result.exitCode}`}\n${words}` +
        (batchLine === undefined ? '' : `\nthe line was: ${batchLine}`),
    );
    this.name = 'CommandError';
    this.result = result;
    this.namespace = namespace;
  }
}

/** `Command failed -:12` names a line of the batch: show it. */
function failedBatchLine(words: string, input: string | undefined): string | undefined {
  const line = /^Command failed -:(\d+)$/m.exec(words)?.[1];
  return line === undefined ? undefined : input?.split('\n')[Number(line) - 1];
}

/** A command that is handed over to src/inside/jobs.pl, which runs it in a namespace of the sandbox. */
export interface Job {
  argv: string[];
  namespace?: string | undefined;
  input?: string | undefined;
  env?: Record<string, string> | undefined;
  /** Killed after so long, with its process group. */
  timeoutMs?: number | undefined;
}

/** `turns`: only a few of these run at a time; `now`: at once. */
export type JobLane = 'turns' | 'now';

/** The text that describes a job: lengths come first, so that words and input may hold anything (but NUL in words, as execve(2) has it). */
export function jobText(number: number, lane: JobLane, job: Job): Buffer {
  const variables = Object.entries(job.env ?? {}).map(([name, value]) => `${name}=${value}`);
  const words = Buffer.from([...variables, ...job.argv].join('\0'));
  const input = Buffer.from(job.input ?? '');
  const numbers = [job.timeoutMs ?? 0, variables.length, words.length, input.length].map(Math.ceil);
  const head = `job ${number} ${lane} ${job.namespace ?? '-'} ${numbers.join(' ')}\n`;
  return Buffer.concat([Buffer.from(head), words, input]);
}

export interface JobAnswer {
  number: number;
  exitCode: number;
  timedOut: boolean;
  durationMs: number;
  stdout: string;
  stderr: string;
}

/** The complete answers in what has been read so far, and the bytes of an incomplete last one. */
export function parseAnswers(bytes: Buffer): { answers: JobAnswer[]; rest: Buffer } {
  const answers: JobAnswer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const lineEnd = bytes.indexOf(0x0a, at);
    if (lineEnd < 0) break;
    const [, number = 0, status = 0, timedOut = 0, micros = 0, out = 0, error = 0] = bytes
      .toString('latin1', at, lineEnd)
      .split(' ')
      .map(Number);
    const outEnd = lineEnd + 1 + out;
    if (bytes.length < outEnd + error) break;
    answers.push({
      number,
      exitCode: status,
      timedOut: timedOut === 1,
      durationMs: micros / 1000,
      stdout: bytes.toString('utf8', lineEnd + 1, outEnd),
      stderr: bytes.toString('utf8', outEnd, outEnd + error),
    });
    at = outEnd + error;
  }
  return { answers, rest: bytes.subarray(at) };
}

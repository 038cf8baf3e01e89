import { closeSync, openSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { Emit } from '../run/event.ts';
import { Failure } from '../run/failure.ts';
import type { Formatter } from './formatter.ts';
import { humanFormatter } from './human.ts';
import { jsonFormatter } from './json.ts';
import { junitFormatter } from './junit.ts';
import { look } from './look.ts';
import { tapFormatter } from './tap.ts';

export const reporterNames = ['human', 'json', 'tap', 'junit'] as const;
export type ReporterName = (typeof reporterNames)[number];

export interface ReporterOptions {
  name: ReporterName;
  /** File that the report goes to; the human view then still goes to standard output. Absent or `-`: standard output. */
  output?: string;
  verbose: boolean;
}

/** What a reporter touches of the outside world; a test passes its own. */
export interface Outside {
  stdout: Writable & { isTTY?: boolean; columns?: number };
  env: Record<string, string | undefined>;
  now: () => Date;
}

export interface Reporter {
  emit: Emit;
  /** Writes what is left. Says when the file could not be written: a run without its report is not a good one. */
  close(): string | undefined;
}

interface Sink {
  write(text: string): void;
  close(): void;
  problem(): string | undefined;
}

/**
 * Opens the report before anything else happens: a file that cannot be written is wrong usage (Failure), and nothing was touched.
 */
export function openReporter(options: ReporterOptions, outside: Outside): Reporter {
  const { output } = options;
  const toFile = output !== undefined && output !== '-';
  const parts: { formatter: Formatter; sink: Sink }[] = [];
  if (toFile) {
    // A file is no terminal: no colour, no progress; and whoever reads it later reads UTF-8.
    const formatter = formatterNamed(options, { now: outside.now, env: { LANG: 'C.UTF-8' }, terminal: {} });
    parts.push({ formatter, sink: fileSink(output) });
  }
  if (!toFile || options.name !== 'human') {
    const name = toFile ? 'human' : options.name;
    const formatter = formatterNamed(
      { ...options, name },
      { now: outside.now, env: outside.env, terminal: outside.stdout },
    );
    parts.push({ formatter, sink: streamSink(outside.stdout) });
  }
  return {
    emit(event) {
      for (const { formatter, sink } of parts) sink.write(formatter.event(event));
    },
    close() {
      for (const { formatter, sink } of parts) {
        sink.write(formatter.end());
        sink.close();
      }
      return parts.map(({ sink }) => sink.problem()).find((problem) => problem !== undefined);
    },
  };
}

function formatterNamed(
  { name, verbose }: ReporterOptions,
  {
    now,
    env,
    terminal,
  }: { now: () => Date; env: Outside['env']; terminal: { isTTY?: boolean; columns?: number } },
): Formatter {
  switch (name) {
    case 'human':
      return humanFormatter({ ...look(env, terminal), verbose });
    case 'json':
      return jsonFormatter({ now, verbose });
    case 'tap':
      return tapFormatter({ verbose });
    case 'junit':
      return junitFormatter({ now, verbose });
  }
}

/** Writes at once, so that a report is there up to the moment where a run was killed. */
function fileSink(path: string): Sink {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'w');
  } catch (error) {
    throw new Failure('usage', `cannot write the report to ${path}: ${words(error)}`);
  }
  let problem: string | undefined;
  return {
    write(text) {
      if (problem !== undefined) return;
      try {
        for (let rest = Buffer.from(text); rest.length > 0;)
          rest = rest.subarray(writeSync(descriptor, rest));
      } catch (error) {
        problem = `cannot write the report to ${path}: ${words(error)}`;
      }
    },
    close: () => closeSync(descriptor),
    problem: () => problem,
  };
}

/**
 * A reader that has gone away (`| head`) is no reason to stop in the middle of building or removing a lab: the rest is written to nobody. Whether standard
 * output could be written is the business of the command line, which has more to write there.
 */
function streamSink(stream: Writable): Sink {
  let gone = false;
  stream.on('error', () => (gone = true));
  return {
    write(text) {
      if (text !== '' && !gone && !stream.destroyed) stream.write(text);
    },
    close: () => undefined,
    problem: () => undefined,
  };
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

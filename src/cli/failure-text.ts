import { visibleLines } from '../report/visible.ts';
import { Failure } from '../run/failure.ts';
import { asTyped } from './wording.ts';
import { exitCodes, failureExitCode, ownFailure } from './exit-code.ts';

export interface Explained {
  /** For standard error; ends with a line feed. */
  text: string;
  exitCode: number;
}

/**
 * What a person is told about an error, and the exit code. A Failure says what to do next; anything else is a defect of this program: one line, and how
 * to see where it happened.
 */
export function explained(
  error: unknown,
  { exit, debug }: { exit: 'run' | 'enter'; debug: boolean },
): Explained {
  if (error instanceof Failure) {
    const stack = debug && error.stack !== undefined ? [error.stack] : [];
    return {
      text: message([error.message, ...error.hints.map((hint) => `  ${asTyped(hint)}`), ...stack]),
      exitCode: exit === 'enter' ? ownFailure : failureExitCode(error.kind),
    };
  }
  const words = error instanceof Error ? error.message || error.name : String(error);
  const stack = error instanceof Error && error.stack !== undefined ? error.stack : words;
  const [first = ''] = visibleLines(words);
  return {
    text: message([
      `internal error: ${first}`,
      ...(debug ? [stack] : ['  WIRELAB_DEBUG=1 in the environment shows where']),
    ]),
    exitCode: exit === 'enter' ? ownFailure : exitCodes.notBuilt,
  };
}

/** Tells it on standard error. Gives the exit code. */
export function told(error: unknown, exit: 'run' | 'enter'): number {
  const { text, exitCode } = explained(error, { exit, debug: Boolean(process.env['WIRELAB_DEBUG']) });
  process.stderr.write(text);
  return exitCode;
}

/** A problem of a lab file begins with its place, as compilers print it, so that editors find it; anything else with our name. */
function message(parts: string[]): string {
  const lines = parts.flatMap((part) => visibleLines(part));
  const placed = /^[^\s:]+:\d+:\d+: /.test(lines[0] ?? '');
  return `${placed ? '' : 'lab: '}${lines.join('\n')}\n`;
}

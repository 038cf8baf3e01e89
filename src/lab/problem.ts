import { relative } from 'node:path';
import { Failure } from '../run/failure.ts';

/** Both count from 1; a column is a UTF-16 code unit, as editors count. */
export interface Position {
  line: number;
  column: number;
}

/** What is wrong with a lab file or manifest: what was found, what was expected, the nearest valid word. */
export interface Problem {
  /** Absolute path. */
  file: string;
  /** Absent where the whole file is meant. */
  line?: number;
  column?: number;
  message: string;
}

const shown = 20;
/** From here on problems are only counted: a file of 5,000 wrong lines needs no 5,000 explanations. */
const kept = 200;
/** Characters of one message; it may quote what is in the file. */
const longest = 1000;

/** Everything that was wrong with a lab's files, together. Its message has one line `file:line:column: what` for each of the first 20. */
export class LabFileError extends Failure {
  readonly problems: Problem[];

  constructor(problems: Problem[], total: number = problems.length) {
    const lines = problems.map(problemLine);
    if (total > problems.length) lines.push(`... and ${total - problems.length} more`);
    super('usage', lines.join('\n'));
    this.name = 'LabFileError';
    this.problems = problems;
  }
}

/** `labs/mine/lab.yaml:8:5: unknown key ...`; the path relative to the working directory where it is below that. */
export function problemLine({ file, line, column, message }: Problem): string {
  const short = relative(process.cwd(), file);
  const path = printable(short === '' || short.startsWith('..') ? file : short);
  return line === undefined ? `${path}: ${message}` : `${path}:${line}:${column ?? 1}: ${message}`;
}

/** Text from a file as a terminal may show it: what it would obey, or hide, is escaped. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}

/** A message; as a function where it takes looking for the nearest name, which is not done for what will only be counted. */
export type Words = string | (() => string);

/** Collects the problems of all files of one lab. */
export class ProblemList {
  private readonly found: Problem[] = [];
  private readonly seen = new Set<string>();
  /** The files in the order in which they were read. */
  private readonly files: string[] = [];
  private total = 0;

  get count(): number {
    return this.total;
  }

  get isEmpty(): boolean {
    return this.total === 0;
  }

  /** What is said twice of one place counts once. */
  add(file: string, position: Position | undefined, words: Words): void {
    if (this.total >= kept) {
      this.total++;
      return;
    }
    const message = typeof words === 'string' ? words : words();
    const key = `${file}:${position?.line}:${position?.column}:${message}`;
    if (this.seen.has(key)) return;
    this.total++;
    this.seen.add(key);
    if (!this.files.includes(file)) this.files.push(file);
    this.found.push({ file, ...position, message: printable(message.slice(0, longest)) });
  }

  throwIfAny(): void {
    if (!this.isEmpty) this.raise();
  }

  /** Throws what was found, sorted by file, line and column. */
  raise(): never {
    const place = (problem: Problem): number => this.files.indexOf(problem.file);
    const sorted = this.found.toSorted(
      (a, b) => place(a) - place(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    );
    throw new LabFileError(sorted.slice(0, shown), this.total);
  }
}

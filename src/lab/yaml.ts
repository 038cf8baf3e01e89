import { Composer, type Document, Lexer, LineCounter, Parser } from 'yaml';
import type { Position, ProblemList } from './problem.ts';
import { YamlDocument } from './yaml-document.ts';
import { syntaxProblem } from './yaml-syntax.ts';

/** Far more than any manifest has; the yaml package's own recursion ends the process at some tens of thousands. */
const deepest = 60;
/** Words, marks and line ends; 1 MB of nothing but short lines has about 500,000, of what kubectl prints 200,000. */
const mostTokens = 600_000;

/** A file's text, and how to say that something is wrong with it. */
export interface SourceText {
  file: string;
  text: string;
  problems: ProblemList;
}

/**
 * The documents of a YAML file, empty ones left out. Syntax errors, duplicate keys, exploding aliases and the like are reported; a document
 * that has any of them is not returned.
 */
export function readYaml({ file, text, problems }: SourceText): YamlDocument[] {
  const lines = new LineCounter();
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const report = (offset: number, message: string): void =>
    problems.add(file, position(Math.min(offset, text.length)), message);
  const documents: YamlDocument[] = [];
  for (const parsed of parsedDocuments(text, lines, report)) {
    if (!reportError(parsed, text, report)) continue;
    const document = new YamlDocument(file, parsed, position, problems);
    if (document.isSound && document.value !== null) documents.push(document);
  }
  return documents;
}

/**
 * The documents one after the other, so that the concrete syntax of each can be forgotten at once. Ends early when the file is nested so deeply,
 * or so full, that it can only be meant to do harm.
 */
function* parsedDocuments(
  text: string,
  lines: LineCounter,
  report: (offset: number, message: string) => void,
): Generator<Document.Parsed> {
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({
    uniqueKeys: false, // compares each key with all before it; YamlDocument looks for duplicates in linear time
    prettyErrors: false,
    resolveKnownTags: false,
    logLevel: 'silent',
  });
  lines.addNewLine(0);
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const offset = parser.offset;
    for (const token of parser.next(lexeme)) yield* quietly(() => composer.next(token));
    if (parser.stack.length > deepest)
      return report(offset, 'found values nested too deeply; expected a lab file or manifest');
    if (++count > mostTokens)
      return report(offset, `found more than ${mostTokens} words and marks; expected a smaller file`);
  }
  for (const token of parser.end()) yield* quietly(() => composer.next(token));
  yield* quietly(() => composer.end());
}

/** A broken file can have 100,000 errors, each an Error object: without stack traces they are made in a third of the time. */
function quietly<T>(compose: () => Iterable<T>): T[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return [...compose()];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Reports the first thing that is wrong with the syntax of a document, as what follows is often its echo; whether there is none. */
function reportError(
  parsed: Document.Parsed,
  text: string,
  report: (offset: number, message: string) => void,
): boolean {
  const error = parsed.errors[0] ?? parsed.warnings[0];
  if (error === undefined) return true;
  const { offset, message } = syntaxProblem(error, text);
  report(offset, message);
  return false;
}

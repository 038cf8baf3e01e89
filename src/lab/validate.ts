import * as z from 'zod/mini';
import { keyNouns } from './key-nouns.ts';
import { lineAdvice } from './yaml-syntax.ts';
import { nearest } from '../model/names.ts';
import { printable } from './problem.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

/** A zod issue as this file uses it. `known` and `noun` are added by `expectation`: the keys and the name of the mapping it is about. */
interface Issue {
  code?: string;
  path: readonly PropertyKey[];
  message: string;
  expected?: string;
  keys?: string[];
  values?: readonly unknown[];
  errors?: Issue[][];
  known?: string[];
  noun?: string;
}

/** A part of a document: the value to check (the document's own, or a rewritten copy), and where it is. */
export interface Part {
  document: YamlDocument;
  path: Path;
  value: unknown;
}

/** Checks a part against a schema and reports every problem at its place. Undefined when there was one. */
export function validated<S extends z.ZodMiniType>(schema: S, part: Part): z.infer<S> | undefined {
  const result = z.safeParse(schema, part.value, { error: expectation });
  if (result.success) return result.data;
  reportIssues(result.error.issues as Issue[], { ...part, schema });
  return undefined;
}

/** The value if it fits, without a word if it does not. */
export function fitting<S extends z.ZodMiniType>(schema: S, value: unknown): z.infer<S> | undefined {
  return z.safeParse(schema, value).data;
}

/** zod asks here for the message of an issue whose schema has none; it is the place where the schema can be seen. */
function expectation(issue: z.core.$ZodRawIssue): string | undefined {
  const shape = (issue.inst as z.ZodMiniObject | undefined)?._zod?.def?.shape as object | undefined;
  if (shape === undefined) return undefined;
  issue['known'] = Object.keys(shape);
  issue['noun'] = z.globalRegistry.get(issue.inst as z.ZodMiniObject)?.title;
  return undefined;
}

/** A part and the schema of the whole, which knows what keys stand elsewhere. */
type Examined = Part & { schema: z.ZodMiniType };

function reportIssues(issues: Issue[], part: Examined): void {
  const misspelt = new Set<string>();
  for (const issue of issues) reportUnknownKeys(issue, part, misspelt);
  const seen = new Set<string>();
  for (const issue of issues) {
    const place = issue.path.join('/');
    // One problem for each value is enough; and a missing key that is there misspelt has been reported.
    if (issue.code === 'unrecognized_keys' || seen.has(place) || misspelt.has(place)) continue;
    seen.add(place);
    reportIssue(issue, part);
  }
}

function reportUnknownKeys(
  { code, keys = [], known = [], noun, path }: Issue,
  part: Examined,
  misspelt: Set<string>,
): void {
  if (code !== 'unrecognized_keys') return;
  for (const key of keys) {
    const [word = '', ...value] = key.split(':');
    const near = nearest(word, known);
    if (near !== undefined) misspelt.add([...path, near].join('/'));
    const has = `expected ${noun === undefined ? 'one of' : `a key of ${noun}:`} ${known.join(', ')}`;
    const isJoined = value.join('') !== '';
    const meant = (): string =>
      near === undefined || isJoined ? strayKey(key, part.schema) : `; did you mean ${near}?`;
    part.document.reportKey(
      [...part.path, ...path, key],
      () => `found the unknown key ${quoted(key)}; ${has}${meant()}`,
    );
  }
}

/** Why a key may be where it is not known: it belongs elsewhere, or is one with its value. */
function strayKey(key: string, schema: z.ZodMiniType): string {
  const nouns = [...(keyNouns(schema).get(key) ?? [])];
  if (nouns.length > 3) return '; is it in the right place?';
  if (nouns.length > 0) return `; it is a key of ${nouns.join(' or ')}: is it in the right place?`;
  return lineAdvice(key);
}

function reportIssue(issue: Issue, part: Examined): void {
  const value = valueAt(part.value, issue.path);
  const path = [...part.path, ...issue.path];
  const inner = issue.code === 'invalid_union' ? closestBranch(issue, value) : undefined;
  if (inner !== undefined) {
    reportIssues(inner, { ...part, path, value });
    return;
  }
  const key = String(issue.path.at(-1) ?? '');
  if (value === undefined) {
    const near = nearest(key, keysLike(key, valueAt(part.value, issue.path.slice(0, -1))));
    const meant = near === undefined ? '' : `; is it ${quoted(near)}?`;
    part.document.report(path, `the key ${key} is missing; expected ${expected(issue)}${meant}`);
    return;
  }
  // A `Problem` function's message says what is wrong and goes on with what was expected.
  const link = issue.code === 'custom' ? ': ' : '; expected ';
  const written = part.document.written(path);
  const words = `found ${found(value, written)}${link}${expected(issue)}`;
  part.document.report(path, `${words}${advice(issue, value, written)}`);
}

/** Of the alternatives of a union the one that a mapping or list was meant to be: its own problems say more than "none of these". */
function closestBranch({ errors = [] }: Issue, value: unknown): Issue[] | undefined {
  const branches = errors.filter(
    (branch) => !branch.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  );
  if (typeof value === 'object' && value !== null) return branches[0];
  // Of text, the alternative that says why it is wrong, if it is the only one that accepts text at all.
  const reasons = branches.filter((branch) => branch.every(({ code }) => code === 'custom'));
  return typeof value === 'string' && reasons.length === 1 ? reasons[0] : undefined;
}

function expected({ message, code, expected: type, values, known, noun }: Issue): string {
  if (message !== 'Invalid input')
    return code === 'invalid_value' && values !== undefined && values.length > 1
      ? `${message}: ${values.join(', ')}`
      : message;
  if (known !== undefined) return `${noun ?? 'a mapping'} with the keys ${known.join(', ')}`;
  if (code === 'invalid_value' && values !== undefined)
    return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
  if (code === 'too_small') return 'at least one entry';
  const types: Record<string, string> = {
    string: 'text',
    int: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping',
    record: 'a mapping',
  };
  return types[type ?? ''] ?? 'something else';
}

/** Keys that may be a misspelling of this one, but not namespace for name. */
function keysLike(key: string, mapping: unknown): string[] {
  if (typeof mapping !== 'object' || mapping === null) return [];
  return Object.keys(mapping).filter((other) => Math.abs(other.length - key.length) <= 2);
}

/** What commonly makes a right-looking value wrong: quotes too many or too few, a colon too few, one letter. */
function advice({ code, expected: type, values = [], known }: Issue, value: unknown, written = ''): string {
  if (code === 'invalid_value') {
    const near = values.length < 2 ? undefined : nearest(written, values.map(String));
    return near === undefined ? '' : `; did you mean ${near}?`;
  }
  if (code !== 'invalid_type') return '';
  if (type === 'array' && typeof value === 'object' && value !== null)
    return (
      Object.keys(value)
        .map(lineAdvice)
        .find((words) => words !== '') ?? '; each entry begins with a - and a space'
    );
  if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return '; write it in quotes if it is meant as text';
  if (typeof value !== 'string') return '';
  if (known?.includes(value)) return `; is it ${value}: with a colon?`;
  if ((type === 'int' || type === 'number') && /^\s*[\d.]+\s*$/.test(value))
    return '; write it without quotes';
  if (type === 'boolean' && /^(true|false|yes|no|on|off)$/i.test(value))
    return '; write true or false, without quotes';
  return '';
}

/** A value as a message shows it: text in quotes and cut short, nothing that a terminal would obey. */
export function found(value: unknown, written?: string): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'object' && written === undefined) return 'a mapping';
  return `${typeof value === 'number' ? 'the number ' : ''}${quoted(written ?? JSON.stringify(value)).slice(1, -1)}`;
}

export function quoted(text: string): string {
  return printable(JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text));
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<PropertyKey, unknown>)[step];
  }
  return current;
}

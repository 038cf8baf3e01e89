import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { LabFileError } from '../../../src/lab/problem.ts';
import { loadedFrom, type LabFiles } from '../../helpers/lab-directory.ts';
import { randomFrom } from '../../helpers/random.ts';

/**
 * Real lab files with something wrong: either they load, or a LabFileError says where the trouble is. Anything else that is thrown fails the test.
 * A failure names its seed and round; both are fixed, so it comes again.
 */
const seed = 20210417;
const random = randomFrom(seed);
const below = (limit: number): number => Math.floor(random() * limit);
const one = <T>(list: readonly T[]): T => list[below(list.length)]!;

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../labs/${path}`, import.meta.url)), 'utf8');
/** One check of each kind, without the long patterns: with all of a lab a round takes five times as long. */
function shortLab(name: string): Record<string, string> {
  const lab = parse(read(`${name}/lab.yaml`)) as { checks: object[] };
  const kinds = new Set<string>();
  lab.checks = lab.checks.filter((check) => {
    const kind = Object.keys(check).find((key) => key !== 'name' && key !== 'not') ?? '';
    const isNew = !kinds.has(kind) && JSON.stringify(check).length < 250;
    return isNew && kinds.add(kind);
  });
  return { 'lab.yaml': stringify(lab), 'pods.yaml': read(`${name}/pods.yaml`) };
}
const labs = ['flannel-vxlan', 'same-node', 'same-node', 'same-node'].map(shortLab);

const oddities = [
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  ':',
  ': ',
  '- ',
  ',',
  '#',
  '&a ',
  '*a',
  '|',
  '>',
  '%',
  '@',
  '`',
  '!',
  '!!int ',
  '? ',
  '~',
  '<<: ',
  '---\n',
  '...\n',
  '\t',
  '\n',
  '\r',
  '\0',
  '\u001b[31m',
  '\u2028',
  '\ud800',
  'é',
  '0x10',
  '1e999',
  '-1',
  'null',
  'true',
  '999.999.999.999/99',
  '../',
  'a'.repeat(300),
];

/** One change of the text: what slips of the hand, of an editor or of a merge do. */
function slipped(text: string): string {
  const lines = text.split('\n');
  const place = below(text.length + 1);
  switch (below(9)) {
    case 0:
      return text.slice(0, place) + text.slice(place + 1 + below(5));
    case 1:
      return text.slice(0, place) + one(oddities) + text.slice(place);
    case 2:
      return text.slice(0, place);
    case 3:
      lines.splice(below(lines.length), 1);
      return lines.join('\n');
    case 4:
      lines.splice(below(lines.length), 0, one(lines));
      return lines.join('\n');
    case 5: {
      const line = below(lines.length);
      lines[line] = ' '.repeat(below(4)) + lines[line]!.trimStart();
      return lines.join('\n');
    }
    case 6: {
      const words = text.split(/\b/);
      words[below(words.length)] = one(words);
      return words.join('');
    }
    case 7:
      return text.replace(/\d+/g, (digits) => (below(20) === 0 ? String(below(70_000)) : digits));
    default:
      return text.slice(0, place) + text.slice(place, place + 2).toUpperCase() + text.slice(place + 2);
  }
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
const strange: Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  '',
  ' ',
  'x',
  'node1',
  '10.0.0.0/8',
  [],
  [[]],
  [null],
  {},
  { a: {} },
  '__proto__',
];

/** One change of the structure: a value that is gone, of another type, or from elsewhere; a key renamed. */
function restructured(value: Json, all: Json[]): Json {
  const containers = all.filter(
    (entry) => typeof entry === 'object' && entry !== null && Object.keys(entry).length > 0,
  );
  const target = one(containers) as { [key: string]: Json };
  const key = one(Object.keys(target));
  const kind = below(4);
  if (kind === 0 && Array.isArray(target)) target.splice(Number(key), 1);
  else if (kind === 0) delete target[key];
  else if (kind === 1) target[key] = one(strange);
  else if (kind === 2) target[key] = structuredClone(one(all));
  else if (!Array.isArray(target)) target[`${key}${one(['s', '', 'x', '\u0000'])}`] = target[key]!;
  return value;
}

function everything(value: Json): Json[] {
  return typeof value === 'object' && value !== null
    ? [value, ...Object.values(value).flatMap(everything)]
    : [value];
}

async function expectVerdict(files: LabFiles, round: string): Promise<'good' | 'refused'> {
  try {
    await loadedFrom(files);
    return 'good';
  } catch (error) {
    if (!(error instanceof LabFileError))
      throw new Error(`seed ${seed}, ${round}: ${JSON.stringify(files)}`, { cause: error });
    expect(error.problems.length).toBeGreaterThan(0);
    expect(error.problems.length).toBeLessThanOrEqual(20);
    for (const { file, line = 1, column = 1, message } of error.problems) {
      expect(['lab.yaml', 'pods.yaml']).toContain(file);
      const text = files[file];
      const lines = typeof text === 'string' ? text.split('\n') : [];
      if (lines.length > 0) expect(line).toBeLessThanOrEqual(lines.length);
      expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? column) + 1);
      // One line, nothing that a terminal obeys, no trace of this program.
      expect(message).toMatch(/^[^\p{Cc}\u2028\u2029]{10,1100}$/u);
      expect(message).not.toMatch(/undefined|\[object|NaN| at .*\.ts|Invalid input|something else/);
    }
    return 'refused';
  }
}

describe('a lab file with something wrong', () => {
  it('loads or is refused with a place, whatever slipped (1,400 rounds)', async () => {
    const verdicts = { good: 0, refused: 0 };
    for (let round = 0; round < 1400; round++) {
      const files = { ...one(labs) };
      for (let change = below(3); change >= 0; change--) {
        const name = below(3) === 0 ? 'pods.yaml' : 'lab.yaml';
        files[name] = slipped(files[name]!);
      }
      verdicts[await expectVerdict(files, `round ${round}`)]++;
    }
    // Most changes matter; if nearly none did, or all, the test would say little.
    expect(verdicts.refused).toBeGreaterThan(600);
    expect(verdicts.good).toBeGreaterThan(20);
  }, 60_000);

  it('loads or is refused with a place, whatever its structure (350 rounds)', async () => {
    const verdicts = { good: 0, refused: 0 };
    for (let round = 0; round < 350; round++) {
      const files = { ...one(labs) };
      const lab = parse(files['lab.yaml']!) as Json;
      const pods = parseAllDocuments(files['pods.yaml']!).map((document) => document.toJS() as Json);
      for (let change = below(3); change >= 0; change--)
        if (below(3) === 0) restructured(pods, everything(pods));
        else restructured(lab, everything(lab));
      files['lab.yaml'] = stringify(lab);
      files['pods.yaml'] = pods.map((document) => stringify(document)).join('---\n');
      verdicts[await expectVerdict(files, `round ${round}`)]++;
    }
    expect(verdicts.refused).toBeGreaterThan(150);
    expect(verdicts.good).toBeGreaterThan(20);
  }, 60_000);

  it('loads or is refused with a place, whatever its bytes (250 rounds)', async () => {
    for (let round = 0; round < 250; round++) {
      const files: LabFiles = { ...one(labs) };
      const bytes = Buffer.from(files['lab.yaml'] as string);
      for (let change = below(4); change >= 0; change--) bytes[below(bytes.length)] = below(256);
      await expectVerdict({ ...files, 'lab.yaml': new Uint8Array(bytes) }, `round ${round}`);
    }
  }, 60_000);
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { commandLine } from '../../../src/cli/command-line.ts';

let stdout = '';
let stderr = '';
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'wirelab-graph-'));
  vi.stubEnv('LC_ALL', 'C.UTF-8');
  vi.stubEnv('npm_lifecycle_event', undefined);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function graph(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  stdout = stderr = '';
  const code = await commandLine(['graph', ...words]);
  return { code, stdout, stderr };
}

it('graph draws for the terminal, in ASCII where the locale knows no more', async () => {
  expect(await graph('same-node')).toMatchObject({ code: 0, stderr: '' });
  expect(stdout).toContain('└── veth0e921722  eth0 172.20.1.176  pod2');
  vi.stubEnv('LC_ALL', 'C');
  await graph('same-node');
  expect(stdout).toContain('`-- veth0e921722  eth0 172.20.1.176  pod2');
});

it.each([
  ['text', /^same-node\n/],
  ['mermaid', /^---\ntitle: .*\n---\nflowchart TB\n/],
  ['dot', /^graph lab \{\n/],
  ['svg', /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<svg /],
])('graph --format %s writes it to standard output or to a file', async (format, want) => {
  expect(await graph('same-node', '--format', format)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(want) as string,
    stderr: '',
  });
  const picture = stdout;
  const file = join(directory, 'picture');
  expect(await graph('--output', file, `--format=${format}`, 'same-node')).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
  expect(readFileSync(file, 'utf8')).toBe(picture);
  expect((await graph('same-node', '--format', format, '--output', '-')).stdout).toBe(picture);
});

it('graph --json writes the whole picture as one line of JSON', async () => {
  await graph('same-node', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ name: 'same-node', pods: [{ name: 'pod1' }, { name: 'pod2' }] });
  expect(stdout.trimEnd()).not.toContain('\n');
});

it.each([
  ['lab.svg', /^<\?xml/],
  ['lab.SVG', /^<\?xml/],
  ['lab.dot', /^graph/],
  ['lab.gv', /^graph/],
  ['lab.mmd', /^---/],
  ['lab.json', /^\{/],
  ['lab.txt', /^same-node\n/],
  ['svg', /^same-node\n/],
])('graph --output %s needs no --format', async (name, want) => {
  const file = join(directory, name);
  expect((await graph('same-node', '--output', file)).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toMatch(want);
  // A file is UTF-8 whatever the terminal shows.
  vi.stubEnv('LC_ALL', 'C');
  const before = readFileSync(file, 'utf8');
  await graph('same-node', '--output', file);
  expect(readFileSync(file, 'utf8')).toBe(before);
});

it.each([
  [['same-node', '--format', 'svgg'], /^lab: --format has no svgg; did you mean svg\?\n/],
  [['same-node', '--format', 'mermaids'], /did you mean mermaid\?/],
  [
    ['same-node', '--format', 'png'],
    /^lab: --format has no png; (there are text mermaid dot svg|did you mean)/,
  ],
  [['same-node', '--format'], /^lab: --format needs a value: --format NAME\n/],
  [['same-node', '--format', 'dot', '--json'], /^lab: --json and --format dot are two forms/],
  [['same-node', '--formt', 'dot'], /there is no option --formt for graph; did you mean --format\?/],
  [['same-nod'], /did you mean same-node\?/],
  [['same-node', 'node1'], /^lab: graph has no use for the word "node1"\n/],
  [[], /^lab: graph needs <lab>\n/],
  [
    ['same-node', '--output', '/nonexistent/lab.svg'],
    /^lab: cannot write the picture: ENOENT.*\/nonexistent\/lab\.svg'\n$/,
  ],
  [['same-node', '--output', '/'], /^lab: cannot write the picture: EISDIR/],
] as [string[], RegExp][])('graph %j is wrong usage, with a way out', async (words, want) => {
  expect(await graph(...words)).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(want) as string,
  });
});

it('graph of a wrong lab file says where it is wrong, and writes nothing', async () => {
  const file = join(directory, 'lab.yaml');
  writeFileSync(file, 'name: x\ncluster: {nodes: [{name: node1, adress: 192.168.0.1/24}]}\n');
  const picture = join(directory, 'x.svg');
  const { code } = await graph(file, '--output', picture);
  expect(code).toBe(2);
  expect(stderr).toMatch(/lab\.yaml:2:\d+: .*did you mean address\?/);
  expect(() => readFileSync(picture)).toThrow(/ENOENT/);
});

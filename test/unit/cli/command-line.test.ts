import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { commandLine } from '../../../src/cli/command-line.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

let stdout = '';
let stderr = '';
beforeEach(() => {
  vi.stubEnv('WIRELAB_STATE_DIR', '/nonexistent/state');
  vi.stubEnv('npm_lifecycle_event', undefined);
  for (const [stream, keep] of [
    [process.stdout, (text: string) => (stdout += text)],
    [process.stderr, (text: string) => (stderr += text)],
  ] as const) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      keep(String(text));
      return true;
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Nothing here needs root or builds anything. */
async function lab(words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  stdout = stderr = '';
  const code = await commandLine(words);
  return { code, stdout, stderr };
}

/** The program as a process of its own. */
function started(script: string): { status: number | null; stdout: string; stderr: string } {
  const main = `${process.execPath} --import tsx src/cli/main.ts`;
  return spawnSync('bash', ['-c', `set -o pipefail; ${script.replaceAll('LAB', main)}`], {
    cwd: root,
    encoding: 'utf8',
  });
}

describe('bin/lab', () => {
  it('says its version, which is that of package.json', () => {
    const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { version: string };
    expect(started('LAB --version')).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('does not mind a reader that goes away, and minds a full disk', () => {
    expect(started('LAB schema | head -c 1')).toMatchObject({ status: 0, stdout: '{', stderr: '' });
    expect(started('LAB schema > /dev/full')).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/^lab: cannot write .*ENOSPC.*\n$/) as string,
    });
  });

  it('has the exit code that it should have, also as a process', () => {
    expect(started('LAB flanel-vxlan')).toMatchObject({ status: 2, stdout: '' });
    expect(started('LAB exec same-node')).toMatchObject({ status: 125, stdout: '' });
  });

  it('alone says the one command to try', async () => {
    expect(await lab([])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Try: +bin\/lab flannel-vxlan\n/) as string,
    });
  });

  it.each([
    [['flanel-vxlan'], 'did you mean flannel-vxlan?'],
    [['run', 'flanel-vxlan'], 'did you mean flannel-vxlan'],
    [['tset', '--all'], 'did you mean test'],
    [['list', '--jsn'], 'did you mean --json?'],
    [['test'], 'test needs labs, or --all'],
    [['test', 'same-node', '--all'], 'not both'],
    [['down'], 'down takes a lab or --all'],
    [['up'], 'up needs <lab>'],
    [['up', 'same-node', 'flannel-vxlan'], 'no use for the word "flannel-vxlan"'],
    [['verify', 'nix', '--verbose'], 'nix'],
    [['./no/such/lab.yaml'], 'no/such/lab.yaml'],
    [['validate', 'package.json'], 'package.json'],
    [['run', 'same-node', '--reporter', 'tapp'], 'did you mean tap?'],
    [['run', 'same-node', '--output', '/no/such/file'], 'cannot write the report to /no/such/file'],
    [[''], '""'],
    [['\u001b[31m'], String.raw`\u001b[31m`],
  ])('refuses %j with exit code 2, what is wrong, and no stack trace', async (words, message) => {
    const { code, stdout, stderr } = await lab(words);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    // eslint-disable-next-line no-control-regex
    expect(stderr).not.toMatch(/\x1b/);
  });

  it.each([
    [['exec', 'same-node']],
    [['exec', 'same-node', 'node1', '--']],
    [['exec', 'nix', 'node1', 'ls']],
    [['shell', 'same-node']],
    [['exec', '--jsn']],
  ])('fails to try %j with exit code 125, as env(1)', async (words) => {
    const { code, stderr } = await lab(words);
    expect(code).toBe(125);
    expect(stderr).toMatch(/^lab: /);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('validates a lab without any rights', async () => {
    expect(await lab(['validate', 'same-node'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^labs\/same-node\/lab\.yaml: good/) as string,
    });
    const { code, stdout, stderr } = await lab(['validate', './package.json', '--json']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    const { valid, problems } = JSON.parse(stdout) as { valid: boolean; problems: { line: number }[] };
    expect(valid).toBe(false);
    expect(problems[0]?.line).toBe(1);
  });

  it('lists the labs that are here', async () => {
    const labs = JSON.parse((await lab(['list', '--json'])).stdout) as { name: string }[];
    expect(labs.map(({ name }) => name)).toEqual(expect.arrayContaining(['flannel-vxlan', 'same-node']));
  });

  it('prints a JSON Schema that says what a lab file may have', async () => {
    const schema = JSON.parse((await lab(['schema'])).stdout) as { $schema: string; properties: object };
    expect(schema.$schema).toContain('json-schema.org');
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(['name', 'cluster', 'checks']));
  });

  it('says that nothing is running where nothing is', async () => {
    expect(await lab(['status'])).toEqual({ code: 0, stdout: 'no lab is running\n', stderr: '' });
    expect(JSON.parse((await lab(['status', '--json'])).stdout)).toEqual([]);
    expect(await lab(['down', '--all'])).toMatchObject({ code: 0, stdout: 'no lab is running\n' });
  });
});

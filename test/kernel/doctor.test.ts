import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/lifecycle/doctor.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'wirelab-doctor-'));
afterAll(() => rmSync(directory, { recursive: true }));

const isRoot = process.getuid?.() === 0;
const canDrop = isRoot && spawnSync('setpriv', ['--version']).status === 0;

function doctor(
  before: string[] = [],
  path = process.env['PATH'],
): { code: number | null; of: (name: string) => Finding | undefined } {
  const [program, ...args] = [
    ...before,
    process.execPath,
    '--import',
    'tsx',
    'src/cli/main.ts',
    'doctor',
    '--json',
  ];
  const { status, stdout, stderr } = spawnSync(program as string, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });
  expect(stderr).toBe('');
  const findings = JSON.parse(stdout) as Finding[];
  return { code: status, of: (name) => findings.find((finding) => finding.name === name) };
}

/** What the machine itself has, as ip prints it. */
function machine(): string {
  const print = (...words: string[]): string => spawnSync('ip', words, { encoding: 'utf8' }).stdout;
  return [print('-o', 'link'), print('-o', 'address'), print('route'), print('netns')].join('\n');
}

describe('the doctor', () => {
  it('tries everything and changes nothing of the machine', () => {
    const before = machine();
    const { code, of } = doctor();
    expect(machine()).toBe(before);
    expect(of('namespaces')?.ok).not.toBe('unknown');
    // What it says of veth is what the kernel does when asked directly.
    const veth = spawnSync('unshare', [
      ...(isRoot ? [] : ['--user', '--map-root-user']),
      '--net',
      'ip',
      'link',
      'add',
      'name',
      'x0',
      'type',
      'veth',
    ]);
    if (of('namespaces')?.ok === true) expect(of('veth')?.ok).toBe(veth.status === 0);
    expect([0, 4]).toContain(code);
  });

  it.runIf(canDrop)('says to root without CAP_SYS_ADMIN why no namespaces can be made', () => {
    const { code, of } = doctor(['setpriv', '--bounding-set', '-sys_admin', '--inh-caps', '-sys_admin']);
    expect(code).toBe(4);
    expect(of('namespaces')).toMatchObject({
      ok: false,
      needed: true,
      detail: expect.stringMatching(/CAP_SYS_ADMIN/) as string,
    });
    expect(of('namespaces')?.fix).toBeTruthy();
    expect(of('veth')).toMatchObject({ ok: 'unknown' });
  });

  it('names vxlan when that is what the kernel lacks', () => {
    // An ip(8) that meets a kernel without vxlan, and passes on everything else.
    const real = spawnSync('sh', ['-c', 'command -v ip'], { encoding: 'utf8' }).stdout.trim();
    const script = `#!/bin/sh\ncase "$*" in *vxlan*) echo 'Error: Unknown device type.' >&2; exit 2;; esac\nexec ${real} "$@"\n`;
    writeFileSync(join(directory, 'ip'), script);
    chmodSync(join(directory, 'ip'), 0o755);
    const { code, of } = doctor([], `${directory}:${process.env['PATH']}`);
    expect(code).toBe(4);
    expect(of('vxlan')).toMatchObject({
      ok: false,
      needed: true,
      detail: expect.stringContaining('Unknown device type') as string,
    });
  });
});

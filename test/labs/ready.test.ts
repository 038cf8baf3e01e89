import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../src/run/command.ts';
import { debianRoot, debianRootLacks, type DebianRoot } from '../helpers/debian-root.ts';
import { offerPackages } from '../helpers/local-package.ts';
import { npmPackage } from '../helpers/npm-package.ts';

const lacks = debianRootLacks();
const checkout = join(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { version: string };
const slow = { timeout: 900_000 };
const policy = '/usr/sbin/policy-rc.d';

describe.skipIf(lacks)(`making ready on a machine that has only git${lacks ? ` (${lacks})` : ''}`, () => {
  test('an ordinary user is told the one line to run, and nothing is installed', slow, async () => {
    await using machine = await debianRoot();
    const cwd = await machine.clone('student');
    const before = await installed(machine);

    const got = await machine.run(['bin/lab', 'flannel-vxlan'], { user: 'student', cwd });
    expect(got.exitCode).toBe(4);
    expect(got.stdout).toBe('');
    expect(got.stderr).toContain('lacks Node 20.19 or newer, npm, ip, bridge, ss, iptables');
    const [line = '', ...others] = got.stderr.split('\n').filter((text) => text.startsWith('  sudo '));
    expect(others).toEqual([]);
    expect(await installed(machine)).toEqual(before);
    expect(existsSync(machine.path(`${cwd}/node_modules`))).toBe(false);
    expect(existsSync(machine.path('/home/student/.cache'))).toBe(false);

    // The line is right: after it nothing is lacking any more.
    const words = line.trim().replaceAll('sudo ', '').replace('apt-get install', 'apt-get install -y -qq');
    expect(await machine.run(['sh', '-c', words])).toMatchObject({ exitCode: 0 });
    expect(await machine.run(['bin/lab', '--make-ready'], { user: 'student', cwd })).toMatchObject({
      exitCode: 0,
      stdout: 'ready\n',
      stderr: 'wirelab: installing npm packages: npm ci\nwirelab: building dist/\n',
    });
  });

  test(
    'root gets all of it, is told what, and nothing listens or runs that did not before',
    slow,
    async () => {
      await using machine = await debianRoot();
      const cwd = await machine.clone('student');
      // As a fresh image comes: apt has no lists yet.
      await machine.run(['sh', '-c', 'rm -rf /var/lib/apt/lists/*']);
      const listenersBefore = await listeners();
      const processesBefore = await processes(machine);

      const got = await machine.run(['bin/lab', '--make-ready'], { cwd });
      expect(got, got.stderr).toMatchObject({ exitCode: 0, stdout: 'ready\n' });
      expect(got.stderr.replaceAll(/ \(.*/g, '').trim().split('\n')).toEqual([
        'wirelab: fetching the package lists: apt-get update',
        'wirelab: installing nodejs',
        'wirelab: installing bridge-utils iproute2 iptables iputils-ping net-tools procps tcpdump uidmap',
        'wirelab: installing npm',
        'wirelab: installing npm packages: npm ci',
        'wirelab: building dist/',
      ]);

      expect(await listeners()).toEqual(listenersBefore);
      expect(await processes(machine)).toEqual(processesBefore);
      expect(existsSync(machine.path(policy))).toBe(false);
      // What root made in somebody's checkout belongs to that somebody, who goes on without a word.
      expect(await machine.run(['find', '.', '-not', '-user', 'student'], { cwd })).toMatchObject({
        stdout: '',
      });
      const ready = { exitCode: 0, stdout: 'ready\n', stderr: '' };
      expect(await machine.run(['bin/lab', '--make-ready'], { user: 'student', cwd })).toMatchObject(ready);
      expect(await machine.run(['bin/lab', '--make-ready'], { cwd })).toMatchObject(ready);
      // From anywhere, and through a link.
      await machine.run(['ln', '-s', `${cwd}/bin/lab`, '/usr/local/bin/lab']);
      expect(await machine.run(['lab', '--version'], { user: 'student', cwd: '/' })).toMatchObject({
        exitCode: 0,
        stdout: `${manifest.version}\n`,
        stderr: '',
      });
    },
  );

  // Ubuntu 24.04's case: apt's newest Node is 18, and its npm 9.2 runs with that one.
  test(
    'where apt has only Node 18, root gets the pinned Node, and `npm test` runs with it',
    slow,
    async ({ skip }) => {
      await using node18 = await npmPackage(`node-linux-${process.arch}@18.20.8`);
      await using npm9 = await npmPackage('npm@9.2.0');
      skip('lacks' in node18 || 'lacks' in npm9, 'the npm registry has no Node 18 or npm 9.2');
      await using machine = await debianRoot();
      const cwd = await machine.clone();
      await offerPackages(machine, [
        {
          name: 'nodejs',
          version: '18.19.1+dfsg-6',
          copies: { 'usr/bin/node': `${node18.directory}/bin/node` },
        },
        {
          name: 'npm',
          version: '9.2.0~ds1-2',
          depends: 'nodejs',
          copies: { 'usr/lib/npm': npm9.directory },
          files: { 'usr/bin/npm': '#!/usr/bin/env node\nrequire("/usr/lib/npm/lib/cli.js")(process);\n' },
        },
      ]);

      const got = await machine.run(['bin/lab', '--version'], { cwd });
      expect(got, got.stderr).toMatchObject({ exitCode: 0, stdout: `${manifest.version}\n` });
      expect(got.stderr).toMatch(/fetching Node 24\.\d+\.\d+ .*npm package node-linux-/);
      expect(await machine.run(['node', '--version'])).toMatchObject({ stdout: 'v18.20.8\n' });
      expect(await machine.run(['npm', '--version'])).toMatchObject({ stdout: '9.2.0\n' });
      expect(await machine.run(['bin/lab', '--version'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });

      await writeFile(
        machine.path(`${cwd}/test/unit/which-node.test.ts`),
        `import { expect, test } from 'vitest';
       test('a test', () => expect(process.version).toMatch(/^v24/));`,
      );
      const tests = await machine.run(['npm', 'test', '--', 'test/unit/which-node.test.ts'], { cwd });
      expect(tests, tests.stderr).toMatchObject({ exitCode: 0 });
      expect(tests.stdout).toContain('1 passed');

      // Something else under the pinned name is refused, and nothing of it stays.
      const script = machine.path(`${cwd}/scripts/pinned-node.sh`);
      await writeFile(
        script,
        (await readFile(script, 'utf8')).replaceAll(/echo [0-9a-f]{8}/g, 'echo 00000000'),
      );
      await machine.run(['rm', '-rf', '/root/.cache/wirelab']);
      const refused = await machine.run(['bin/lab', '--version'], { cwd });
      expect(refused).toMatchObject({ exitCode: 4, stdout: '' });
      expect(refused.stderr).toContain('is not what was pinned');
      expect(await readdir(machine.path('/root/.cache/wirelab'))).toEqual([]);
    },
  );
});

async function installed(machine: DebianRoot): Promise<string[]> {
  return (await machine.run(['dpkg-query', '--show'])).stdout.split('\n');
}

/** Of this machine: the clean root shares its network. */
async function listeners(): Promise<string[]> {
  const { stdout } = await run(
    ['ss', '--no-header', '--listening', '--numeric', '--tcp', '--udp', '--processes'],
    {},
  );
  return stdout.split('\n').sort();
}

/** What runs inside, without what looks. */
async function processes(machine: DebianRoot): Promise<string[]> {
  const { stdout } = await machine.run(['sh', '-c', 'cat /proc/[0-9]*/comm']);
  return stdout.split('\n').filter((name) => name !== '' && name !== 'cat' && name !== 'sh');
}

import { existsSync, readFileSync } from 'node:fs';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { debianRoot, debianRootLacks, type DebianRoot, type User } from '../helpers/debian-root.ts';
import { offerPackages } from '../helpers/local-package.ts';
import { npmPackage } from '../helpers/npm-package.ts';

const lacks = debianRootLacks();
const checkout = join(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { version: string };
const slow = { timeout: 900_000 };
const policy = '/usr/sbin/policy-rc.d';

describe.skipIf(lacks)(`a machine that was made ready once${lacks ? ` (${lacks})` : ''}`, () => {
  let machine: DebianRoot;
  let cwd: string;

  beforeAll(async () => {
    machine = await debianRoot();
    cwd = await machine.clone();
    const got = await machine.run(['bin/lab', '--make-ready'], { cwd });
    expect(got, got.stderr).toMatchObject({ exitCode: 0 });
  }, 900_000);
  afterAll(async () => machine[Symbol.asyncDispose]());

  const lab = (...words: string[]) => machine.run(['bin/lab', ...words], { cwd });

  test('a change in src/ is built before it runs, and only once', async () => {
    const source = machine.path(`${cwd}/src/cli/main.ts`);
    const text = await readFile(source, 'utf8');
    await writeFile(source, `${text}\nprocess.stderr.write('changed\\n');\n`);
    expect(await lab('--version')).toMatchObject({
      exitCode: 0,
      stderr: 'wirelab: building dist/\nchanged\n',
    });
    expect(await lab('--version')).toMatchObject({ exitCode: 0, stderr: 'changed\n' });
    await writeFile(source, text);
    expect(await lab('--version')).toMatchObject({ stderr: 'wirelab: building dist/\n' });
  });

  test('what does not build is shown, and the next try builds again', async () => {
    const broken = machine.path(`${cwd}/src/cli/main.ts`);
    const text = await readFile(broken, 'utf8');
    await writeFile(broken, `${text}\nimport './not-there.ts';\n`);
    const got = await lab('--version');
    expect(got).toMatchObject({ exitCode: 4, stdout: '' });
    expect(got.stderr).toContain('not-there.ts');
    await writeFile(broken, text);
    expect(await lab('--version')).toMatchObject({ exitCode: 0, stdout: `${manifest.version}\n` });
  });

  test('two first runs at once in one checkout install and build once, and both succeed', slow, async () => {
    await machine.run(['rm', '-rf', 'node_modules', 'dist'], { cwd });
    const both = await Promise.all([lab('--version'), lab('--version')]);
    for (const got of both)
      expect(got, got.stderr).toMatchObject({ exitCode: 0, stdout: `${manifest.version}\n` });
    const said = both.map((got) => got.stderr).join('');
    expect(said.match(/npm ci/g)).toHaveLength(1);
    expect(said.match(/building/g)).toHaveLength(1);
  });

  test('an old Node in front of a newer one in PATH is passed over', async ({ skip }) => {
    await using node18 = await npmPackage(`node-linux-${process.arch}@18.20.8`);
    skip('lacks' in node18, 'the npm registry has no Node 18');
    await machine.run(['mkdir', '/opt/old']);
    await cp(`${node18.directory}/bin/node`, machine.path('/opt/old/node'));
    const path = '/opt/old';
    expect(await machine.run(['node', '--version'], { path })).toMatchObject({ stdout: 'v18.20.8\n' });
    const got = await machine.run(['bin/lab', '--make-ready', '--', 'node', '--version'], { cwd, path });
    expect(got).toMatchObject({ exitCode: 0, stderr: '' });
    expect(got.stdout).toMatch(/^v20\./);
  });

  // A kernel whose /proc/modules and /sys/module say what the test wants, and a modprobe that knows the files of
  // two modules and "loads" them.
  test('kernel modules are loaded by root, announced, and never for an ordinary user', async () => {
    const modprobe = `#!/bin/sh
      case $1 in
      --dry-run) case $3 in veth | vxlan) echo "insmod /lib/modules/$3.ko" ;; esac; echo "$3" >> /run/asked ;;
      -a) shift; for module; do mkdir "/sys/module/$module"; done ;;
      esac`;
    await writeFile(machine.path('/usr/local/bin/modprobe'), modprobe, { mode: 0o755 });
    const kernel = `mkdir -p /run/kernel/proc/sys/kernel/random /run/kernel/module/bridge
      touch /run/kernel/proc/modules /run/asked
      chmod 666 /run/asked
      echo first-boot > /run/kernel/proc/sys/kernel/random/boot_id`;
    expect(await machine.run(['sh', '-c', kernel])).toMatchObject({ exitCode: 0 });
    const onThatKernel = (user: User) =>
      machine.run(
        [
          ...['unshare', '--mount', 'sh', '-c'],
          'mount --bind /run/kernel/module /sys/module; mount --bind /run/kernel/proc /proc; exec "$@"',
          ...['sh', 'setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups'],
          ...['env', `HOME=${user === 'root' ? '/root' : '/home/student'}`, 'bin/lab', '--make-ready'],
        ],
        { cwd },
      );
    const asked = () => readFile(machine.path('/run/asked'), 'utf8');

    await machine.run(['chmod', '755', '/root']);
    const student = await onThatKernel('student');
    expect(student).toMatchObject({ exitCode: 4, stdout: '' });
    expect(student.stderr).toContain('these kernel modules are not loaded: veth vxlan');
    expect(student.stderr).toContain('\n  sudo modprobe -a veth vxlan\n');
    expect(existsSync(machine.path('/run/kernel/module/veth'))).toBe(false);

    expect(await onThatKernel('root')).toMatchObject({
      exitCode: 0,
      stdout: 'ready\n',
      stderr: 'wirelab: loading kernel modules: modprobe -a veth vxlan\n',
    });
    // The rest is built in or does not exist; that is asked once per boot.
    const before = await asked();
    expect(before).not.toContain('br_netfilter');
    expect(await onThatKernel('root')).toMatchObject({ exitCode: 0, stdout: 'ready\n', stderr: '' });
    expect(await asked()).toBe(before);
    await writeFile(machine.path('/run/kernel/proc/sys/kernel/random/boot_id'), 'second-boot\n');
    expect(await onThatKernel('root')).toMatchObject({ exitCode: 0, stdout: 'ready\n', stderr: '' });
    expect((await asked()).length).toBeGreaterThan(before.length);
  });

  test('an ordinary user may use a checkout that only root may write', async () => {
    await machine.run(['chmod', '755', '/root']);
    expect(await machine.run([`${cwd}/bin/lab`, '--version'], { user: 'student' })).toMatchObject({
      exitCode: 0,
      stdout: `${manifest.version}\n`,
      stderr: '',
    });
    await machine.run(['touch', `${cwd}/src/cli/main.ts`]);
    const got = await machine.run([`${cwd}/bin/lab`, '--version'], { user: 'student' });
    expect(got).toMatchObject({
      exitCode: 4,
      stderr: `wirelab: dist/ is older than src/, and you may not write in ${cwd}\n`,
    });
    await lab('--version');
  });

  test('WIRELAB_OFFLINE=1 installs nothing and names what is lacking', async () => {
    await machine.run(['dpkg', '--purge', '--force-depends', 'bridge-utils']);
    const env = { WIRELAB_OFFLINE: '1' };
    const got = await machine.run(['bin/lab', '--make-ready'], { cwd, env });
    expect(got.exitCode).toBe(4);
    expect(got.stderr).toContain('lacks brctl');
    expect(got.stderr).toContain('\n  apt-get install --no-install-recommends bridge-utils\n');
    // What needs no tools goes on without.
    expect(await machine.run(['bin/lab', '--version'], { cwd, env })).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
  });

  const daemon = {
    name: 'bridge-utils',
    version: '99',
    files: {
      'usr/sbin/brctl': '#!/bin/sh\n',
      'etc/init.d/test-daemon': '#!/bin/sh\n[ "$1" = start ] && touch /var/lib/test-daemon-started\nexit 0\n',
    },
    postinst:
      '#!/bin/sh\nln -sf ../init.d/test-daemon /etc/rc5.d/S01test-daemon\ninvoke-rc.d test-daemon start\n',
  };
  const started = () => existsSync(machine.path('/var/lib/test-daemon-started'));

  test('a package with a daemon is installed without starting it', slow, async () => {
    await machine.run(['dpkg', '--purge', '--force-depends', 'bridge-utils']);
    await offerPackages(machine, [daemon]);
    expect(await lab('--make-ready')).toMatchObject({ exitCode: 0, stdout: 'ready\n' });
    expect(await machine.run(['brctl'])).toMatchObject({ exitCode: 0 });
    expect(started()).toBe(false);
    expect(existsSync(machine.path(policy))).toBe(false);

    // The daemon does start where nobody blocks it: the test can fail.
    await machine.run(['apt-get', 'install', '-y', '--reinstall', 'bridge-utils']);
    expect(started()).toBe(true);
    await machine.run(['rm', '/var/lib/test-daemon-started']);
  });

  test('a policy-rc.d of the machine itself stays as it is', slow, async () => {
    await machine.run(['dpkg', '--purge', '--force-depends', 'bridge-utils']);
    const own = '#!/bin/sh\nexit 101\n';
    await writeFile(machine.path(policy), own, { mode: 0o755 });
    expect(await lab('--make-ready')).toMatchObject({ exitCode: 0 });
    expect(await readFile(machine.path(policy), 'utf8')).toBe(own);
    await machine.run(['rm', policy]);
  });

  describe('while a package is being installed', () => {
    // Begins to make ready, waits until the package's own script runs, then does what `then` says; $pid is the
    // launcher, which leads a process group of its own, as at a terminal.
    const interrupted = async (then: string) => {
      await machine.run(['dpkg', '--purge', '--force-depends', 'bridge-utils']);
      await machine.run(['rm', '-f', '/run/installing']);
      await offerPackages(machine, [{ ...daemon, preinst: '#!/bin/sh\ntouch /run/installing\nsleep 4\n' }]);
      const script = `set -m
        bin/lab --make-ready 2>/run/said & pid=$!
        until [ -e /run/installing ]; do sleep 0.05; done
        [ -x ${policy} ] && echo blocked
        ${then}`;
      const got = await machine.run(['bash', '-c', script], { cwd });
      await machine.run(['sh', '-c', 'while pidof apt-get dpkg >/dev/null; do sleep 0.1; done']);
      return got.stdout;
    };

    test('Ctrl-C takes the block of services away again', slow, async () => {
      expect(await interrupted('kill -INT -- -$pid; wait $pid; echo $?')).toBe('blocked\n130\n');
      expect(existsSync(machine.path(policy))).toBe(false);
      expect(await temporaryFiles()).toEqual([]);
    });

    test('SIGTERM waits for the installation and takes the block away', slow, async () => {
      expect(await interrupted('kill -TERM $pid; wait $pid; echo $?')).toBe('blocked\n143\n');
      expect(existsSync(machine.path(policy))).toBe(false);
      expect(started()).toBe(false);
      expect(await temporaryFiles()).toEqual([]);
    });

    test('after kill -9 services stay blocked until apt-get has ended, and no longer', slow, async () => {
      expect(await interrupted('kill -KILL $pid; wait $pid; echo $?')).toBe('blocked\n137\n');
      expect(await machine.run(['brctl'])).toMatchObject({ exitCode: 0 });
      expect(started()).toBe(false);
      await machine.run(['invoke-rc.d', 'test-daemon', 'start']);
      expect(started()).toBe(true);
      expect(existsSync(machine.path(policy))).toBe(false);
    });
  });

  const temporaryFiles = async () =>
    (await readdir(machine.path('/tmp'))).filter((name) => name.startsWith('wirelab'));
});

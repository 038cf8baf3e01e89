import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { debianRoot, debianRootLacks, type DebianRoot } from '../helpers/debian-root.ts';

const lacks = debianRootLacks();
const policy = '/usr/sbin/policy-rc.d';

// What Vagrant does in its VM, on a machine that has only git; afterwards an ordinary user goes on without sudo.
describe.skipIf(lacks)(`scripts/provision.sh on a clean Debian 13${lacks ? ` (${lacks})` : ''}`, () => {
  let machine: DebianRoot;
  let cwd: string;
  let first: Awaited<ReturnType<DebianRoot['run']>>;

  beforeAll(async () => {
    machine = await debianRoot();
    cwd = await machine.clone('student');
    await must(['sed', '-i', '/^student:/d', '/etc/subuid', '/etc/subgid']);
    first = await machine.run(['scripts/provision.sh', '--dedicated', 'student'], { cwd });
  }, 900_000);
  afterAll(async () => machine[Symbol.asyncDispose]());

  const must = async (argv: readonly string[], options: Parameters<DebianRoot['run']>[1] = {}) => {
    const got = await machine.run(argv, options);
    expect(got, `${argv.join(' ')}\n${got.stdout}${got.stderr}`).toMatchObject({ exitCode: 0 });
    return got.stdout;
  };
  const asStudent = (argv: readonly string[], where = cwd) => must(argv, { user: 'student', cwd: where });

  test('says what it changes, and lets an ordinary user build and prove every lab', async () => {
    expect(first, first.stderr).toMatchObject({ exitCode: 0, stdout: '' });
    expect(first.stderr.replaceAll(/ \(.*/g, '').trim().split('\n')).toEqual([
      'wirelab: installing nodejs',
      'wirelab: installing bridge-utils iproute2 iptables iputils-ping net-tools procps tcpdump uidmap',
      'wirelab: installing npm',
      'wirelab: giving student further ids, so that programs inside a lab can change theirs: usermod --add-subuids 100000-165535 student',
      'wirelab: giving student further ids, so that programs inside a lab can change theirs: usermod --add-subgids 100000-165535 student',
      'wirelab: installing npm packages: npm ci',
      'wirelab: building dist/',
      `wirelab: writing /usr/local/bin/lab: \`lab\` is ${cwd}/bin/lab`,
      `wirelab: writing /etc/profile.d/wirelab.sh: a login shell begins in ${cwd}, with completion`,
      `wirelab: ready: student can run labs in ${cwd}`,
    ]);
    expect(await asStudent(['npm', 'run', '--silent', 'lab', 'flannel-vxlan'])).toContain(
      'flannel-vxlan is running',
    );
    const findings = JSON.parse(await asStudent(['lab', 'doctor', '--json'])) as {
      name: string;
      ok: unknown;
    }[];
    for (const name of ['namespaces', 'user ids']) {
      expect(
        findings.find((finding) => finding.name === name),
        name,
      ).toMatchObject({ ok: true });
    }
    await asStudent(['lab', 'down', 'flannel-vxlan']);
    expect(await asStudent(['lab', 'test', '--all'])).toMatch(/3 labs: \d+ passed in/);
    expect(await asStudent(['bash', '-lic', 'pwd; complete -p lab'], '/home/student')).toBe(
      `${cwd}\ncomplete -F _wirelab lab\n`,
    );
  });

  test('run again changes no file, starts nothing and is quick', async () => {
    await must(['touch', '/marker']);
    const startMs = performance.now();
    const again = await machine.run(['scripts/provision.sh', '--dedicated', 'student'], { cwd });
    expect(again).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: `wirelab: ready: student can run labs in ${cwd}\n`,
    });
    expect(performance.now() - startMs).toBeLessThan(5_000);
    const changed = ['find', '/', '-xdev', '-type', 'f', '-cnewer', '/marker'];
    // A short cut of bin/lab, written anew each time that it looks around.
    expect(
      (await must(changed)).split('\n').filter((file) => !file.endsWith('/.cache/wirelab/node')),
    ).toEqual(['']);
    expect(await must(['sh', '-c', `test ! -e ${policy} && cat /proc/[0-9]*/comm`])).toMatch(
      /^(perl|sh|cat|\n)*$/,
    );
  });

  // A kernel as Ubuntu 24.04's: what /proc/sys/kernel says there, writable.
  test('opens user namespaces where the machine is there for labs, and else says what is closed', async () => {
    const restricted = (words: string) =>
      machine.run(
        [
          ...['unshare', '--mount', 'sh', '-c'],
          `mount -t tmpfs tmpfs /proc/sys/kernel
          echo 1 >/proc/sys/kernel/apparmor_restrict_unprivileged_userns
          scripts/provision.sh ${words}
          cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns`,
        ],
        { cwd },
      );
    const setting = 'kernel.apparmor_restrict_unprivileged_userns=0';
    const left = await restricted('student');
    expect(left).toMatchObject({ exitCode: 0, stdout: '1\n' });
    expect(left.stderr).toContain(`sudo sysctl -w ${setting}`);
    expect(await machine.run(['test', '-e', '/etc/sysctl.d/60-wirelab.conf'])).toMatchObject({ exitCode: 1 });

    const opened = await restricted('--dedicated student');
    expect(opened).toMatchObject({ exitCode: 0, stdout: '0\n' });
    expect(opened.stderr).toContain(
      `writing /etc/sysctl.d/60-wirelab.conf: ordinary users may make user namespaces`,
    );
    expect(await readFile(machine.path('/etc/sysctl.d/60-wirelab.conf'), 'utf8')).toContain(`\n${setting}\n`);
  });

  test('names the modules that have a file for the next boot, and br_netfilter only on a machine for labs', async () => {
    const modinfo = `#!/bin/sh
      case $2 in veth | vxlan | br_netfilter) echo "/lib/modules/x/$2.ko" ;; bridge) echo '(builtin)' ;; *) exit 1 ;; esac`;
    await writeFile(machine.path('/usr/local/bin/modinfo'), modinfo, { mode: 0o755 });
    await writeFile(machine.path('/usr/local/bin/modprobe'), '#!/bin/sh\necho "$@" >>/run/asked\n', {
      mode: 0o755,
    });
    const file = machine.path('/etc/modules-load.d/wirelab.conf');
    const named = async () => (await readFile(file, 'utf8')).split('\n').filter((line) => /^\w/.test(line));
    await must(['scripts/provision.sh', 'student'], { cwd });
    expect(await named()).toEqual(['veth', 'vxlan']);
    await must(['scripts/provision.sh', '--dedicated', 'student'], { cwd });
    expect(await named()).toEqual(['veth', 'vxlan', 'br_netfilter']);
    await must([
      'rm',
      '/usr/local/bin/modinfo',
      '/usr/local/bin/modprobe',
      '/etc/modules-load.d/wirelab.conf',
    ]);
  });

  test.each([
    [['--dedicatd'], 'root', /no option --dedicatd: scripts\/provision.sh/],
    [['nobody-here'], 'root', /no user nobody-here/],
    [['student', 'root'], 'root', /one user at a time/],
    [['student'], 'student', /needs root: sudo scripts\/provision.sh/],
  ] as const)('%j as %s is refused, and nothing is touched', async (words, user, why) => {
    const got = await machine.run(['scripts/provision.sh', ...words], { user, cwd });
    expect(got).toMatchObject({ exitCode: 2, stdout: '' });
    expect(got.stderr).toMatch(why);
  });

  test('WIRELAB_CACHE wants that copy in another place, and leaves node_modules and dist/ here as they are', async () => {
    const here = ['sh', '-c', 'find node_modules dist -type f -exec sha256sum {} + | sort | sha256sum'];
    const before = await asStudent(here);
    const env = { WIRELAB_CACHE: '/home/student/elsewhere' };
    const got = await machine.run(['bin/lab', 'list'], { user: 'student', cwd, env });
    expect(got, got.stderr).toMatchObject({ exitCode: 0 });
    expect(got.stderr).toContain('/home/student/elsewhere/home%student%wirelab, where it is built');
    expect(got.stdout).toContain('flannel-vxlan');
    expect(await machine.run(['bin/lab', 'list'], { user: 'student', cwd, env })).toMatchObject({
      stderr: '',
    });
    expect(await asStudent(here)).toBe(before);
  });

  // A directory as a Windows or macOS host shares it: a real file system that knows no links and no modes, with the
  // node_modules and the dist/ of that host in it.
  test(
    'in a shared folder, labs run, and what the host has built there stays as it is',
    { timeout: 600_000 },
    async ({ skip }) => {
      const share = '/vagrant';
      const mounted = await machine.run(['sh', '-c', shareScript, 'sh', share, cwd]);
      skip(mounted.exitCode === 4, mounted.stderr.trim());
      expect(mounted, mounted.stdout + mounted.stderr).toMatchObject({ exitCode: 0 });
      expect(await machine.run(['ln', '-s', 'package.json', `${share}/link`])).toMatchObject({ exitCode: 1 });
      expect(await machine.run(['test', '-x', `${share}/bin/lab`])).toMatchObject({ exitCode: 1 });
      const hosts = `cd ${share} && find node_modules dist -printf '%p %s %T@\\n' -type f -exec sha256sum {} + | sort`;
      const before = await must(['sh', '-c', hosts]);
      expect(before).toContain('darwin-arm64');

      const provisioned = await machine.run([
        'sh',
        `${share}/scripts/provision.sh`,
        '--dedicated',
        'student',
      ]);
      expect(provisioned, provisioned.stderr).toMatchObject({ exitCode: 0 });
      expect(provisioned.stderr).toContain('/home/student/.cache/wirelab/trees/vagrant, where it is built');
      expect(provisioned.stderr.split('\n')).toContain('wirelab: installing npm packages: npm ci');

      expect(await asStudent(['npm', 'run', '--silent', 'lab', 'flannel-vxlan'], share)).toContain(
        'flannel-vxlan is running',
      );
      await asStudent(['lab', 'down', 'flannel-vxlan'], share);
      // Labs are those of the folder, and so is the program when it is changed there.
      await must(
        ['sh', '-c', 'cp -r labs/same-node labs/mine && sed -i "s/^name: .*/name: mine/" labs/mine/lab.yaml'],
        {
          cwd: share,
        },
      );
      expect(await asStudent(['lab', 'test', 'mine'], share)).toMatch(/mine: \d+ passed/);
      await appendFile(
        machine.path(`${share}/src/cli/main.ts`),
        "process.stderr.write('changed there\\n');\n",
      );
      const changed = await machine.run(['lab', '--version'], { user: 'student' });
      expect(changed.stderr).toMatch(/building dist\/\nchanged there\n$/);
      expect(await machine.run(['lab', '--version'], { user: 'student' })).toMatchObject({
        stderr: 'changed there\n',
      });

      expect(await must(['sh', '-c', hosts])).toBe(before);
      expect(await must(['ls', '-A', share])).not.toMatch(/\.listing|\.cache/);
    },
  );
});

const shareScript = `
share=$1 tree=$2
mknod -m 666 /dev/fuse c 10 229 && mknod -m 600 /dev/loop-control c 10 237 || exit 4
apt-get install -y -qq --no-install-recommends exfat-fuse exfatprogs >/dev/null 2>&1 || { echo no exfat-fuse >&2; exit 4; }
mkdir -p "$share" && truncate -s 256M /share.img && mkfs.exfat -q /share.img >/dev/null || exit 1
loop=$(losetup --find) && loop=\${loop%% *} && { [ -e "$loop" ] || mknod -m 600 "$loop" b 7 "\${loop#/dev/loop}"; } && losetup "$loop" /share.img ||
  { echo no loop device >&2; exit 4; }
mount.exfat-fuse -o uid=$(id -u student),gid=$(id -g student),fmask=0111,dmask=0022 "$loop" "$share" >/dev/null 2>&1
mounted=$?
losetup -d "$loop" # now, or when nobody has it open any more
[ $mounted -eq 0 ] || { echo this kernel mounts no FUSE here >&2; exit 4; }
cd "$tree" && tar --exclude=./node_modules --exclude=./dist --exclude=./.git -cf - . |
  tar -C "$share" --no-same-owner --no-same-permissions -xf - || exit 1
cd "$share" && mkdir -p node_modules/@esbuild/darwin-arm64/bin node_modules/yaml node_modules/esbuild/lib dist || exit 1
echo 'not for Linux' >node_modules/@esbuild/darwin-arm64/bin/esbuild
for module in node_modules/yaml/index.js node_modules/esbuild/lib/main.js dist/lab.cjs; do
  echo 'throw new Error("this belongs to the host");' >"$module"
done
echo '{}' >node_modules/.package-lock.json
echo 0 >dist/.stamp
`;

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run, type CommandResult } from '../../src/run/command.ts';
import { startProcess } from '../../src/run/process.ts';

/**
 * A machine that has only git: a clean Debian 13 (debootstrap, minbase) with an overlay over it, in a mount, PID
 * and UTS namespace of its own. The network is this machine's, for apt and npm; labs bring their own anyway.
 *
 *   $XDG_CACHE_HOME/wirelab/debian-13    made once, never written again
 *     └─ overlay, thrown away with the root: what a test installs
 *
 * The namespaces die with the process that holds them, and that dies with this one (end of file on a pipe):
 * no mount can stay behind.
 */
export interface DebianRoot extends AsyncDisposable {
  /** Run to the end inside, in a clean environment; user `root` unless named. `student` is an ordinary user with an entry in /etc/subuid. */
  run(argv: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** A path inside, as seen from outside. */
  path(inside: string): string;
  /** A fresh clone of this checkout, with what is not committed yet laid over it; belongs to its user. Returns the path inside. */
  clone(user?: User): Promise<string>;
}

export type User = 'root' | 'student';

export interface RunOptions {
  user?: User;
  cwd?: string;
  env?: Record<string, string>;
  /** In front of the user's PATH. */
  path?: string;
  timeoutMs?: number;
}

const checkout = dirname(dirname(import.meta.dirname));
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'wirelab');
const base = join(cache, 'debian-13');
const home = { root: '/root', student: '/home/student' };
const searchPath = {
  root: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  student: '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games',
};

/** Why there can be no such root here, or undefined. */
export function debianRootLacks(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  if (existsSync(base)) return undefined;
  if (!existsSync('/usr/sbin/debootstrap')) return 'debootstrap is not installed';
  if (debianMirror() === undefined) return "this machine's apt knows no Debian mirror";
  return undefined;
}

export async function debianRoot(): Promise<DebianRoot> {
  if (!existsSync(base)) await makeBase();
  const directory = await mkdtemp(join(tmpdir(), 'wirelab-debian-'));
  const holder = startProcess([
    ...['unshare', '--mount', '--pid', '--uts', '--fork', '--kill-child'],
    ...['sh', '-c', holdScript, 'hold', base, directory],
  ]);
  const dispose = async () => {
    holder.endInput();
    await holder.ended;
    await rm(directory, { recursive: true, force: true });
  };
  const pid = await new Promise<string>((resolve, reject) => {
    holder.onLine((line) => {
      if (line.startsWith('ready ')) resolve(line.slice('ready '.length));
    });
    void holder.ended.then(({ stderr }) => reject(new Error(`the root could not be set up: ${stderr}`)));
  }).catch(async (error: unknown) => {
    await dispose();
    throw error;
  });

  const root: DebianRoot = {
    run: (argv, options = {}) =>
      run([...enter(pid, options), ...argv], { timeoutMs: options.timeoutMs ?? 600_000 }),
    path: (inside) => `/proc/${pid}/root${inside}`,
    clone: (user = 'root') => cloneInto(root, directory, user),
    [Symbol.asyncDispose]: dispose,
  };
  try {
    await bringNetworkSettings(root);
  } catch (error) {
    await dispose();
    throw error;
  }
  return root;
}

// pivot_root and not chroot: from a chroot an ordinary user may not make a user namespace.
const holdScript = `
set -e
base=$1 directory=$2
read -r pid _ </proc/self/stat # as seen from outside: this is still the outer /proc
mount --make-rprivate /
overlay() {
  mkdir "$directory/upper" "$directory/work" "$directory/root"
  mount -t overlay -o "volatile,lowerdir=$base,upperdir=$directory/upper,workdir=$directory/work" overlay "$directory/root"
}
# Where /tmp is itself on an overlay (a container) it cannot be the upper one, but memory can.
overlay 2>/dev/null || { mount -t tmpfs tmpfs "$directory" && overlay; }
cd "$directory/root"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do touch "dev/$device"; mount --bind "/dev/$device" "dev/$device"; done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
hostname fresh
echo fresh > etc/hostname
cat /etc/resolv.conf > etc/resolv.conf
printf '127.0.0.1 localhost fresh\\n' > etc/hosts
# Without an init and a runlevel Debian starts no service anyway, and nothing would be proved.
ln -s /bin/true usr/sbin/init
printf '#!/bin/sh\\necho N 5\\n' > usr/sbin/runlevel
chmod 755 usr/sbin/runlevel
pivot_root . mnt
cd /
umount -l /mnt
exec perl -e '$| = 1; $SIG{CHLD} = "IGNORE"; print "ready $ARGV[0]\\n"; 1 while <STDIN>' "$pid"
`;

function enter(pid: string, { user = 'root', cwd, env = {}, path }: RunOptions): string[] {
  const variables = {
    HOME: home[user],
    USER: user,
    LOGNAME: user,
    LANG: 'C.UTF-8',
    PATH: path === undefined ? searchPath[user] : `${path}:${searchPath[user]}`,
    ...networkEnvironment(),
    ...env,
  };
  return [
    ...['nsenter', `--target=${pid}`, '--mount', '--pid', '--uts', '--'],
    ...['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups', '--'],
    ...['env', '-i', `--chdir=${cwd ?? home[user]}`],
    ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
  ];
}

/** The first Debian mirror among this machine's apt sources. */
function debianMirror(): string | undefined {
  if (!/^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))) return undefined;
  const folder = '/etc/apt/sources.list.d';
  const files = [
    '/etc/apt/sources.list',
    ...readdirSync(folder)
      .sort()
      .map((name) => join(folder, name)),
  ];
  for (const file of files) {
    if (!existsSync(file) || !/\.(list|sources)$/.test(file)) continue;
    const [, uri] = /^(?:URIs:\s*|deb\s+(?:\[[^\]]*\]\s+)?)(\S+)/m.exec(readFileSync(file, 'utf8')) ?? [];
    if (uri !== undefined) return uri;
  }
  return undefined;
}

async function makeBase(): Promise<void> {
  await mkdir(cache, { recursive: true });
  const part = await mkdtemp(join(cache, '.debian-13.'));
  try {
    await chmod(part, 0o755);
    // Its mounts of /proc die with its mount namespace.
    await must([
      ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
      ...[
        'debootstrap',
        '--variant=minbase',
        '--include=git,ca-certificates',
        'trixie',
        part,
        debianMirror() ?? '',
      ],
    ]);
    await must(['chroot', part, 'useradd', '--create-home', '--shell', '/bin/bash', 'student']);
    await must(['chroot', part, 'apt-get', 'clean']);
    await rename(part, base);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}

/** What this machine needs to reach its mirror and its npm registry: apt's Acquire settings, npm's configuration, certificates. */
async function bringNetworkSettings(root: DebianRoot): Promise<void> {
  const { stdout } = await must(['apt-config', 'dump']);
  const acquire = stdout.split('\n').filter((line) => line.startsWith('Acquire::'));
  await writeFile(root.path('/etc/apt/apt.conf.d/99this-machine'), `${acquire.join('\n')}\n`);

  const certificates = '/etc/ssl/certs/ca-certificates.crt';
  if (existsSync(certificates)) await cp(certificates, root.path(certificates));

  const { stdout: globalConfig } = await must(['npm', 'config', 'get', 'globalconfig']);
  const files = [globalConfig.trim(), join(homedir(), '.npmrc')].filter((file) => existsSync(file));
  const npmrc = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  for (const user of ['root', 'student'] as const) {
    const file = root.path(join(home[user], '.npmrc'));
    await writeFile(file, npmrc, { mode: 0o600 });
    await root.run(['chown', `${user}:${user}`, join(home[user], '.npmrc')]);
  }
}

function networkEnvironment(): Record<string, string> {
  const wanted = /^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|.*_proxy|npm_config_registry)$/i;
  const found = Object.entries(process.env).filter(
    ([name, value]) => wanted.test(name) && value !== undefined,
  );
  return Object.fromEntries(found) as Record<string, string>;
}

async function cloneInto(root: DebianRoot, directory: string, user: User): Promise<string> {
  const inside = join(home[user], 'wirelab');
  // git takes /proc/<pid>/root for the link that it looks like, so the clone is made outside.
  const clone = join(directory, 'clone');
  await must(['git', 'clone', '--quiet', '--no-hardlinks', checkout, clone]);
  const { stdout } = await must([
    ...['git', '-C', checkout, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
  ]);
  for (const file of stdout.split('\0').filter((name) => name !== '')) {
    if (existsSync(join(checkout, file))) await cp(join(checkout, file), join(clone, file));
    else await rm(join(clone, file), { force: true });
  }
  await must(['cp', '-a', clone, root.path(inside)]);
  await rm(clone, { recursive: true });
  await root.run(['chown', '-R', `${user}:${user}`, inside]);
  return inside;
}

async function must(argv: readonly string[]): Promise<CommandResult> {
  const result = await run(argv, { timeoutMs: 900_000 });
  if (result.exitCode !== 0)
    throw new Error(
      `${argv.join(' ')}: exit code ${result.exitCode}\n${result.stdout.slice(-2000)}${result.stderr.slice(-2000)}`,
    );
  return result;
}

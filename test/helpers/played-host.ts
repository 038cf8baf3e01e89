import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { until } from '../../src/run/until.ts';
import { childrenOf } from '../../src/sandbox/process.ts';
import { copyProduct } from './product-copy.ts';

/**
 * A throw-away sandbox that plays the machine: everything that a lab could harm is its own. To make it hard, the names and addresses that the
 * labs use are taken there already.
 *
 *   this machine ─┬─ played host: mount, net, pid, uts, ipc; /run and /etc its own; bridges, routes, rules, a namespace, a listener
 *                 │     └─ bin/lab ── unshare ── hold.pl (the lab's sandbox)
 *                 └─ the test, which looks at all of it from outside
 */
export interface PlayedHost extends AsyncDisposable {
  /** Its PID 1, as seen from here. */
  pid: number;
  /** A directory with the same path here and there. In it: `checkout`, a copy of the product, and `home/USER`. */
  directory: string;
  /** A path there, to be opened from here. */
  path(inside: string): string;
  run(argv: readonly string[], options?: HostOptions): Promise<HostResult>;
  /** bin/lab of the copied checkout. */
  lab(words: readonly string[], options?: HostOptions): Promise<HostResult>;
  /** Begin, and have its process number: of the very process that somebody at a terminal would have started. */
  start(argv: readonly string[], options?: HostOptions): Promise<Started>;
  startLab(words: readonly string[], options?: HostOptions): Promise<Started>;
}

export interface HostOptions {
  user?: User;
  cwd?: string;
  env?: Record<string, string>;
  input?: string | Uint8Array;
  /** Its standard input stays open, for `type`. */
  typing?: boolean;
}

/** `student` has an entry in /etc/subuid, `guest` has none. */
export type User = 'root' | 'student' | 'guest';

export interface HostResult {
  /** As a shell says it: 128+n for a command that a signal ended. */
  exitCode: number;
  stdout: string;
  stderr: string;
  stdoutBytes: Uint8Array;
}

export interface Started {
  /** As seen from here. It leads a session and a process group of its own. */
  pid: number;
  ended: Promise<HostResult>;
  kill(signal: NodeJS.Signals, whom?: 'process' | 'group'): void;
  type(text: string): void;
}

/** With the Node that runs the test, wherever that is. */
const searchPath = `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

export async function playedHost(): Promise<PlayedHost> {
  const directory = await mkdtemp(join(tmpdir(), 'wirelab-host-'));
  await chmod(directory, 0o755);
  await mkdir(join(directory, 'layers'));
  await mkdir(join(directory, 'home'));
  await copyProduct(join(directory, 'checkout'));
  const holder = execa(
    'unshare',
    [
      '--mount',
      '--net',
      '--pid',
      '--uts',
      '--ipc',
      '--fork',
      '--kill-child',
      '--propagation',
      'private',
      'sh',
      '-c',
      setUp,
      'host',
      directory,
    ],
    {
      reject: false,
      buffer: { stdout: false },
      stdout: ['pipe'],
      env: { PATH: searchPath },
      extendEnv: false,
    },
  );
  const dispose = async () => {
    holder.stdin.end();
    await holder;
    await rm(directory, { recursive: true, force: true });
  };
  let said = '';
  holder.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const pid = await until(
    () => /^ready (\d+)$/m.exec(said)?.[1] ?? (holder.exitCode === null ? undefined : '0'),
    { timeoutMs: 20_000 },
  );
  if (pid === undefined || pid === '0') {
    await dispose();
    throw new Error(`the played host could not be set up: ${(await holder).stderr}`);
  }
  return host(Number(pid), directory, dispose);
}

function host(pid: number, directory: string, dispose: () => Promise<void>): PlayedHost {
  const start = async (argv: readonly string[], options: HostOptions = {}): Promise<Started> => {
    const child = execa('nsenter', enter(pid, directory, argv, options), {
      reject: false,
      env: {},
      extendEnv: false,
      encoding: 'buffer',
      stripFinalNewline: false,
      ...(options.input === undefined
        ? { stdin: options.typing ? 'pipe' : 'ignore' }
        : { input: options.input }),
    });
    const ended = child.then((result) => ({
      exitCode: result.exitCode ?? 128 + constants.signals[result.signal ?? 'SIGKILL'],
      stdout: Buffer.from(result.stdout as Uint8Array).toString(),
      stderr: Buffer.from(result.stderr as Uint8Array).toString(),
      stdoutBytes: result.stdout as Uint8Array,
    }));
    // nsenter waits for the process that it has put into the host's PID namespace.
    const inside = await until(
      () => childrenOf(child.pid ?? 0)[0] ?? (child.exitCode === null ? undefined : 0),
      { timeoutMs: 5_000 },
    );
    return {
      pid: inside ?? 0,
      ended,
      type: (text) => void child.stdin?.write(text),
      kill(signal, whom = 'process') {
        // Its number may belong to somebody else by now.
        if (!inside || child.exitCode !== null || child.signalCode !== null) return;
        try {
          process.kill(whom === 'group' ? -inside : inside, signal);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
        }
      },
    };
  };
  const bin = join(directory, 'checkout/bin/lab');
  const run = async (argv: readonly string[], options?: HostOptions) =>
    await (
      await start(argv, options)
    ).ended;
  return {
    pid,
    directory,
    path: (inside) => `/proc/${pid}/root${inside}`,
    run,
    start,
    lab: (words, options) => run([bin, ...words], options),
    startLab: (words, options) => start([bin, ...words], options),
    [Symbol.asyncDispose]: dispose,
  };
}

function enter(
  pid: number,
  directory: string,
  argv: readonly string[],
  { user = 'root', cwd, env = {} }: HostOptions,
): string[] {
  const home = join(directory, 'home', user);
  const variables = {
    HOME: home,
    USER: user,
    LOGNAME: user,
    LANG: 'C.UTF-8',
    PATH: searchPath,
    WIRELAB_OFFLINE: '1',
    ...env,
  };
  return [
    ...['--target', String(pid), '--mount', '--net', '--pid', '--uts', '--ipc', '--'],
    ...['setsid', 'setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups', '--'],
    ...['env', '-i', `--chdir=${cwd ?? home}`],
    ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
    ...argv,
  ];
}

const setUp = String.raw`
set -e
directory=$1
read -r pid _ </proc/self/stat # as seen from outside: this is still the outer /proc
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs "$directory/home"
mount -t tmpfs -o mode=755 tmpfs "$directory/layers"
mkdir "$directory/layers/upper" "$directory/layers/work" /run/lock
mkdir -m 700 /run/wirelab # the one thing that stays, empty
mount -t overlay -o "lowerdir=/etc,upperdir=$directory/layers/upper,workdir=$directory/layers/work" overlay /etc

# resolv.conf is a link into /run, as systemd-resolved makes it.
mkdir -p /run/systemd/resolve
echo 'nameserver 192.0.2.53' >/run/systemd/resolve/stub-resolv.conf
ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
hostname played-host

for user in student guest; do
  sed -i "/^$user:/d" /etc/passwd /etc/group /etc/subuid /etc/subgid
done
echo "student:x:4801:4801::$directory/home/student:/bin/sh" >>/etc/passwd
echo "guest:x:4802:4802::$directory/home/guest:/bin/sh" >>/etc/passwd
printf 'student:x:4801:\nguest:x:4802:\n' >>/etc/group
echo 'student:700000:65536' >>/etc/subuid
echo 'student:700000:65536' >>/etc/subgid
for user in root student guest; do install -d -m 755 -o "$user" -g "$user" "$directory/home/$user"; done

# The labs' own names and addresses, used by somebody else. Nothing here changes with time: no address is tried out
# first, and the bridge learns nothing that it would forget.
sysctl -q -w net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.router_solicitations=0
ip link set lo up
ip link add docker0 type bridge
ip link add cni0 type bridge
ip link add veth47097500 type veth peer name host-peer
ip link add flannel.1 type vxlan id 1 dstport 8472 local 192.0.2.1 nolearning
ip link set veth47097500 master docker0
bridge link set dev veth47097500 learning off
for device in docker0 cni0 veth47097500 host-peer flannel.1; do ip link set "$device" up; done
ip address add 172.30.76.1/24 dev docker0
ip address add 172.20.1.1/24 dev cni0
ip address add 192.168.0.21/24 dev host-peer
ip route add 172.30.0.0/16 via 192.168.0.22
ip route add 203.0.113.0/24 dev flannel.1 table 100
ip rule add from 172.30.0.0/16 lookup 100 priority 1000
ip neigh add 192.168.0.22 lladdr 02:00:00:00:00:22 dev host-peer nud permanent
bridge fdb append 96:8f:2d:49:c5:31 dev flannel.1 dst 192.0.2.2
iptables-restore <<'RULES'
*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:HOST - [0:0]
-A POSTROUTING -s 172.30.0.0/16 -j HOST
-A HOST -d 198.51.100.0/24 -j RETURN
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp --dport 8080 -j ACCEPT
COMMIT
RULES
sysctl -q -w net.ipv4.ip_forward=0 net.ipv4.conf.all.rp_filter=2 net.ipv4.neigh.docker0.app_solicit=1
mkdir /run/netns
ip netns add node1
ip -n node1 link add eth0 type dummy 2>/dev/null || ip -n node1 link add eth0 type bridge
exec perl -MSocket -e '
  $| = 1; $SIG{CHLD} = "IGNORE";
  socket(my $listener, PF_INET, SOCK_STREAM, 0) or die "no socket: $!\n";
  setsockopt($listener, SOL_SOCKET, SO_REUSEADDR, 1) &&
    bind($listener, sockaddr_in(8080, INADDR_ANY)) && listen($listener, 8) or die "no listener: $!\n";
  print "ready $ARGV[0]\n"; 1 while <STDIN>' "$pid"
`;

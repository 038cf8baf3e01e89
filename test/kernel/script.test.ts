import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { kernelState } from '../../src/component/kernel-state.ts';
import { loadLab } from '../../src/lab/load.ts';
import { until } from '../../src/run/until.ts';
import { childrenOf } from '../../src/sandbox/process.ts';
import { expectUnchanged, processesOf, snapshot, type HostSnapshot } from '../helpers/host-snapshot.ts';
import { parseIndexes, parseTables, readTables } from '../helpers/kernel-tables.ts';
import { moments, seed } from '../helpers/moments.ts';
import { playedHost, type HostOptions, type PlayedHost, type User } from '../helpers/played-host.ts';
import { good } from '../helpers/running-lab.ts';
import { multiSegmentLab } from '../unit/script/multi-segment.ts';

const cases: [string, User][] = [
  ['same-node', 'root'],
  ['flannel-vxlan', 'root'],
  ['flannel-vxlan-current', 'root'],
  ['three-racks', 'root'],
  ['flannel-vxlan', 'student'],
  ['flannel-vxlan-current', 'guest'],
];
const from = 'business-manager-666f454f7f-7l86b';

describe.skipIf(process.getuid?.() !== 0)(`a lab's script (WIRELAB_TEST_SEED=${seed})`, () => {
  let host: PlayedHost;
  let before: HostSnapshot;
  /** What `up` has made, by lab and user: some sysctls of the machine's are not shown to ordinary users. */
  const built = new Map<string, string>();

  /** Only what any Debian has: no Node, and the checkout is hidden. */
  const plain = (user: User = 'root'): HostOptions => ({
    user,
    env: { PATH: user === 'root' ? '/usr/sbin:/usr/bin:/sbin:/bin' : '/usr/bin:/bin' },
  });
  const script = (lab: string) => join(host.directory, 'scripts', `${lab} script.sh`);
  const run = (lab: string, argv: readonly string[], options?: HostOptions) =>
    host.run([script(lab), ...argv], { ...plain(), ...options });

  beforeAll(async () => {
    host = await playedHost();
    await mkdir(join(host.directory, 'scripts'));
    const racks = join(host.directory, 'three-racks');
    await mkdir(racks);
    for (const [name, text] of Object.entries(multiSegmentLab('v0.7')))
      await writeFile(join(racks, name), String(text));
    for (const [lab, user] of cases) {
      const word = lab === 'three-racks' ? racks : lab;
      if (user === 'root') await good(host, ['script', word, '--output', script(lab)]);
      await good(host, ['up', word], { user });
      const { stdout } = await host.lab(['shell', lab], { user, input: readTables });
      built.set(`${lab} ${user}`, stdout);
      await good(host, ['down', lab], { user });
    }
    await host.run(['mount', '-t', 'tmpfs', 'hidden', join(host.directory, 'checkout')]);
    before = await snapshot(host);
    return () => host[Symbol.asyncDispose]();
  });

  describe('has everything in the kernel that the lab has', () => {
    test.each(cases)('of %s, as %s', async (lab, user) => {
      // Without arguments and a terminal it takes commands from its input.
      const got = await run(lab, [], { ...plain(user), input: `${readTables}exit 42\n` });
      expect(got).toMatchObject({ exitCode: 42, stderr: '' });
      const want = parseTables(built.get(`${lab} ${user}`) ?? '');
      const tables = parseTables(got.stdout);
      const file =
        lab === 'three-racks' ? join(host.directory, lab) : join(import.meta.dirname, '../../labs', lab);
      const { namespaces } = kernelState((await loadLab(file)).cluster);
      expect(Object.keys(tables)).toHaveLength(namespaces.length * 10);
      for (const key of Object.keys(want)) expect(tables[key], key).toEqual(want[key]);
      expect(Object.keys(tables)).toEqual(Object.keys(want));
      // It is not for nothing that all of this is the same: it is there.
      const indexes = parseIndexes(got.stdout);
      for (const { name, links, addresses, fdb } of namespaces) {
        for (const link of links) {
          expect(tables[`${name} links`]?.some((row) => row.includes(`"ifname":"${link.name}"`))).toBe(true);
          if (link.index !== undefined) expect(indexes[`${name}/${link.name}`]).toBe(link.index);
        }
        for (const { address } of addresses)
          expect(tables[`${name} links`]?.join('\n')).toContain(`"local":"${address.replace(/\/.*/, '')}"`);
        for (const { lladdr, dst } of fdb)
          expect(tables[`${name} fdb`]?.some((row) => row.includes(lladdr) && row.includes(dst))).toBe(true);
      }
      await expectUnchanged(host, before);
    });

    test('and a difference would be seen', async () => {
      const lab = 'same-node';
      const want = parseTables(built.get(`${lab} root`) ?? '');
      const changes: [string, string][] = [
        ['node1 sysctls', 'ip netns exec node1 sysctl -qw net.ipv4.conf.cni0.rp_filter=2'],
        ['pod1 links', 'ip -n pod1 link set eth0 mtu 1400; ip -n pod1 link set eth0 mtu 1400'],
        ['pod2 routes', 'ip -n pod2 route add 192.0.2.0/24 dev eth0'],
        ['node1 neighbours', 'ip -n node1 neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev eth0'],
        ['segment1 ports', 'bridge -n segment1 link set dev node1 hairpin on'],
        ['node1 iptables', 'ip netns exec node1 iptables -A FORWARD -j ACCEPT'],
        ['pod1 files', 'echo 192.0.2.1 odd >>/etc/netns/pod1/hosts'],
      ];
      const { stdout } = await run(lab, [], {
        input: changes.map(([, change]) => change).join('\n') + readTables,
      });
      const got = parseTables(stdout);
      for (const [key] of changes) expect(got[key], key).not.toEqual(want[key]);
    });
  });

  test.each(['root', 'student', 'guest'] as const)(
    'the first packet to another node is answered by its flanneld, as %s',
    async (user) => {
      const commands = [
        'ip -n node1 neigh show dev flannel.1',
        'echo then',
        `ip netns exec ${from} ping -c 1 -W 1 172.30.9.2 | grep -c "bytes from 172.30.9.2: icmp_seq=1 ttl=62"`,
        'ip -n node1 neigh show dev flannel.1',
        'ip -n node2 neigh show dev flannel.1',
        // An address in no lease stays a question.
        `ip netns exec ${from} ping -c 1 -W 1 172.30.77.5 >/dev/null`,
        'ip -n node1 neigh show 172.30.77.5 dev flannel.1 nud reachable',
      ];
      const got = await run('flannel-vxlan', ['bash', '-c', commands.join('; ')], plain(user));
      expect(got.stdout.replaceAll(/ +$/gm, '')).toBe(
        'then\n1\n172.30.9.2 lladdr 96:8f:2d:49:c5:31 REACHABLE\n172.30.76.7 lladdr 8a:22:81:5e:d8:b7 REACHABLE\n',
      );
      expect(got).toMatchObject({ exitCode: 0, stderr: '' });
    },
  );

  test('pods of three racks reach each other across routers, through the lease of another size', async () => {
    const got = await run('three-racks', [
      'ip',
      'netns',
      'exec',
      'web',
      'ping',
      '-c',
      '1',
      '-W',
      '2',
      '10.244.2.3',
    ]);
    expect(got.stdout).toContain('1 received');
  });

  describe('runs its arguments', () => {
    test('which arrive untouched', async () => {
      const words = ['two words', '', '*', '$HOME', "it's", '-n', 'a\nb', '\\'];
      const got = await run('same-node', ['printf', '[%s]', ...words]);
      expect(got).toMatchObject({
        exitCode: 0,
        stderr: '',
        stdout: words.map((word) => `[${word}]`).join(''),
      });
    });

    test.each([
      [['true'], 0],
      [['false'], 1],
      [['sh', '-c', 'exit 125'], 125],
      [['sh', '-c', 'kill -TERM $$'], 143],
      [['sh', '-c', 'kill -KILL $$'], 137],
      [['no-such-command'], 127],
      [['/etc/passwd'], 126],
      // Not a word of bash's, as env(1) knows none.
      [['exit', '3'], 127],
    ])('%j, and ends with %i', async (argv, exitCode) => {
      expect((await run('same-node', argv)).exitCode).toBe(exitCode);
    });

    test('with the directory, the input and the environment that it was started with', async () => {
      const directory = join(host.directory, 'scripts');
      const got = await run('same-node', ['sh', '-c', 'pwd; cat; echo $NAME; env | grep -c lab_'], {
        env: { ...plain().env, NAME: 'value' },
        cwd: directory,
        input: 'typed\n',
      });
      expect(got.stdout).toBe(`${directory}\ntyped\nvalue\n0\n`);
    });

    test('and nothing of all that is left', () => expectUnchanged(host, before));

    test('in a world of its own: no process of the machine, none of its networks', async () => {
      const got = await run('same-node', [
        'sh',
        '-c',
        'ls -d /proc/[0-9]* | wc -l; ip -o link | grep -vc " lo:"; ip netns',
      ]);
      const [processes, links, ...namespaces] = got.stdout.trim().split('\n');
      expect(Number(processes)).toBeLessThan(6);
      expect(links).toBe('0');
      expect(new Set(namespaces.map((line) => line.split(' ')[0]))).toEqual(
        new Set(['node1', 'pod1', 'pod2', 'segment1']),
      );
    });
  });

  test('at a terminal it is a shell, in which Ctrl-C ends what runs and not the shell', async () => {
    const terminal = [
      'script',
      '--quiet',
      '--return',
      '--command',
      `'${script('flannel-vxlan')}'`,
      '/dev/null',
    ];
    const started = await host.start(terminal, { ...plain('guest'), typing: true });
    const there = (text: string) => () => processesOf(host).some(({ words }) => words === text) || undefined;
    started.type('ip netns exec node1 sleep 1234\n');
    expect(await until(there('sleep 1234'), { timeoutMs: 30_000 })).toBe(true);
    started.type('\u0003');
    expect(await until(() => (there('sleep 1234')() ? undefined : true), { timeoutMs: 10_000 })).toBe(true);
    started.type('echo "status $?"; ip -n node1 -br address show docker0; exit 7\n');
    const got = await started.ended;
    expect(got.stdout).toContain('[flannel-vxlan]');
    expect(got.stdout).toMatch(/^status 130\r$/m);
    expect(got.stdout).toMatch(/^docker0 +UP +172\.30\.76\.1\/24/m);
    expect(got.exitCode).toBe(7);
    await expectUnchanged(host, before);
  });

  test('where somebody has files of namespaces already', async () => {
    await host.run([
      'sh',
      '-c',
      'mkdir -p /etc/netns/node1; echo 192.0.2.1 odd | tee /etc/netns/node1/hosts',
    ]);
    const argv = ['ip', 'netns', 'exec', 'node1', 'cat', '/etc/hosts'];
    for (const user of ['root', 'guest'] as const)
      expect((await run('same-node', argv, plain(user))).stdout).toBe(
        '# node1\n127.0.0.1\tlocalhost\n192.0.2.11\tnode1\n',
      );
    await host.run(['rm', '-r', '/etc/netns']);
  });

  test('within another one', async () => {
    const inner = [script('same-node'), 'ip', 'netns', 'exec', 'pod1', 'ping', '-c', '1', '172.20.1.176'];
    const got = await run('flannel-vxlan', inner, plain('guest'));
    expect(got).toMatchObject({ exitCode: 0, stderr: '' });
    expect(got.stdout).toContain('1 received');
  });

  test('--help says how it is used and builds nothing', async () => {
    const got = await run('same-node', ['--help'], { ...plain('guest') });
    expect(got).toMatchObject({ exitCode: 0, stderr: '' });
    expect(got.stdout).toMatch(/^same-node: Two pods on one node/);
    expect(got.stdout).toContain('  ./same-node.sh ip netns exec pod1 ping -c 1 172.20.1.176\n');
    expect(got.stdout).not.toContain('pipefail');
  });

  test('read from a pipe it cannot start itself again, and says so', async () => {
    const got = await host.run(['bash'], { ...plain(), input: await readFile(script('same-node')) });
    expect(got).toMatchObject({ exitCode: 125, stdout: '' });
    expect(got.stderr).toContain('write this into a file');
  });

  test('a command that fails in the middle is named with its line; then there is nothing', async () => {
    const broken = join(host.directory, 'scripts', 'broken.sh');
    await copyFile(script('flannel-vxlan'), broken);
    const command = 'ip -n node1 route add default via 192.168.0.1 dev eth0 metric 100';
    const text = (await readFile(broken, 'utf8')).replace(
      command,
      command.replace('192.168.0.1', '198.51.100.1'),
    );
    await writeFile(broken, text);
    const line = text.split('\n').findIndex((one) => one.includes('198.51.100.1')) + 1;
    const got = await host.run([broken, 'echo', 'built'], plain());
    expect(got).toMatchObject({ exitCode: 125, stdout: '' });
    expect(got.stderr).toContain(
      `broken.sh: line ${line}: exit status 2: ip -n node1 route add default via 198.51.100.1`,
    );
    await expectUnchanged(host, before);
  });

  describe('is ended', () => {
    /** Started, and its command runs. */
    const running = async (argv: readonly string[], user: User = 'root') => {
      const started = await host.start([script('flannel-vxlan'), ...argv], plain(user));
      const lastWords = argv.join(' ');
      const there = () => processesOf(host).some(({ words }) => words === lastWords) || undefined;
      if (!(await until(there, { timeoutMs: 30_000 }))) {
        started.kill('SIGKILL');
        throw new Error(`${lastWords} does not run: ${(await started.ended).stderr}`);
      }
      return started;
    };

    test.each([
      ['SIGINT', 'group', 130],
      ['SIGTERM', 'process', 143],
      ['SIGTERM', 'group', 143],
      ['SIGHUP', 'process', 129],
      ['SIGQUIT', 'group', 131],
    ] as const)('by %s of its %s, and nothing is left', async (signal, whom, exitCode) => {
      const started = await running(['sleep', '1234']);
      started.kill(signal, whom);
      expect((await started.ended).exitCode).toBe(exitCode);
      await expectUnchanged(host, before);
    });

    test('but Ctrl-C is the business of the command', async () => {
      const argv = ['perl', '-e', '$SIG{INT} = sub { print "caught\\n"; exit 5 }; sleep 1234'];
      const started = await running(argv);
      started.kill('SIGINT', 'group');
      expect(await started.ended).toMatchObject({ exitCode: 5, stdout: 'caught\n' });
      await expectUnchanged(host, before);
    });

    test('by Ctrl-C while it builds', async () => {
      const started = await host.start([script('flannel-vxlan'), 'sleep', '1234'], plain());
      await delay(150);
      started.kill('SIGINT', 'group');
      expect((await started.ended).exitCode).toBe(130);
      await expectUnchanged(host, before);
    });

    const victims = ['script', 'unshare', 'process 1', 'group'] as const;
    test.each([
      ['root', 12],
      ['guest', 4],
      ['student', 4],
    ] as const)(
      'by kill -9 at any moment, of any of its processes, as %s: then there is nothing',
      async (user, count) => {
        const usual = performance.now();
        (await running(['sleep', '1234'], user)).kill('SIGKILL');
        const usualMs = performance.now() - usual;
        for (const [index, moment] of moments(count, `script ${user}`).entries()) {
          const started = await host.start([script('flannel-vxlan'), 'sleep', '1234'], plain(user));
          await delay(moment * 1.2 * usualMs);
          const [unshare] = childrenOf(started.pid);
          const [init] = unshare === undefined ? [] : childrenOf(unshare);
          const victim = victims[index % victims.length];
          const pid = victim === 'unshare' ? unshare : victim === 'process 1' ? init : undefined;
          if (pid === undefined) started.kill('SIGKILL', victim === 'group' ? 'group' : 'process');
          else process.kill(pid, 'SIGKILL');
          // Killed while it only tried what this machine allows, it may have gone on.
          const ended = await Promise.race([started.ended, delay(5_000)]);
          if (ended === undefined) started.kill('SIGKILL');
          expect((await started.ended).exitCode, `${victim} at ${moment}`).not.toBe(0);
          await expectUnchanged(host, before);
        }
      },
    );
  });
});

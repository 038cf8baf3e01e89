import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectUnchanged, mountsOf, snapshot, type HostSnapshot } from '../helpers/host-snapshot.ts';
import { playedHost, type HostResult, type PlayedHost } from '../helpers/played-host.ts';
import { good, statusOf } from '../helpers/running-lab.ts';

/**
 * Opens each file named on standard input for writing, writes nothing, and prints `<error number> <file>`; 0 where it may be written. Nothing is
 * harmed where the wall has a hole.
 */
const tryEach = 'while (<STDIN>) { chomp; print sysopen(my $file, $_, 1) ? 0 : $! + 0, " $_\\n" }';
/** EPERM, EACCES, EROFS */
const refused = /^(1|13|30) /;

/** Those of them that this kernel has, and one that every node has. */
const switches = [
  '/proc/sysrq-trigger',
  '/proc/sys/kernel/core_pattern',
  '/proc/sys/kernel/hostname',
  '/proc/sys/kernel/panic',
  '/proc/sys/vm/drop_caches',
  '/proc/sys/vm/swappiness',
  '/proc/sys/fs/file-max',
  '/proc/sys/fs/suid_dumpable',
  '/proc/irq/default_smp_affinity',
  '/sys/kernel/uevent_helper',
  '/sys/kernel/profiling',
  '/sys/power/state',
].filter((file) => existsSync(file));

describe.skipIf(process.getuid?.() !== 0)('root in a node', () => {
  let host: PlayedHost;
  let before: HostSnapshot;
  beforeAll(async () => {
    host = await playedHost();
    before = await snapshot(host);
    await good(host, ['up', 'same-node']);
    return () => host[Symbol.asyncDispose]();
  });

  const inside = (where: string, ...argv: string[]): Promise<HostResult> =>
    host.lab(['exec', 'same-node', where, '--', ...argv]);
  const shell = (where: string, script: string) => inside(where, 'sh', '-c', script);
  const asBefore = () => expectUnchanged(host, before, ['processes', 'namespaces', 'files']);

  test.each([
    ['sysctls of the machine', '/proc/sys -path /proc/sys/net -prune -o', 200],
    [
      'other switches in /proc',
      String.raw`/proc -path /proc/sys -prune -o -regex "/proc/[0-9]+.*" -prune -o`,
      3,
    ],
    ['/sys', '/sys', 200],
  ])('cannot write %s', async (_, where, atLeast) => {
    const got = await shell('node1', `find ${where} -type f -perm /222 -print | perl -e '${tryEach}'`);
    const lines = got.stdout.trim().split('\n');
    expect(lines.length).toBeGreaterThan(atLeast);
    expect(lines.filter((line) => !refused.test(line))).toEqual([]);
  });

  test.each([...switches, '/sys/class/net/lo/ifalias'])(
    'cannot write %s, also through `ip netns exec`',
    async (file) => {
      const write = `cat </dev/null >${file}`;
      for (const script of [write, `ip netns exec pod1 sh -c '${write}'`]) {
        const got = await shell('node1', script);
        expect(got.exitCode).not.toBe(0);
        expect(got.stderr).toContain('Read-only file system');
      }
    },
  );

  test('writes the net sysctls of the node, and the host keeps its own', async () => {
    const files = [
      'ipv4/ip_forward',
      'ipv4/conf/all/rp_filter',
      'ipv4/conf/eth0/proxy_arp',
      'ipv4/neigh/eth0/app_solicit',
    ];
    for (const file of files) {
      const got = await shell(
        'node1',
        `old=$(cat /proc/sys/net/${file}); echo 1 >/proc/sys/net/${file} && echo $old`,
      );
      expect(got).toMatchObject({ exitCode: 0, stderr: '' });
      expect(
        await shell('node1', `cat /proc/sys/net/${file}; echo ${got.stdout.trim()} >/proc/sys/net/${file}`),
      ).toMatchObject({
        exitCode: 0,
        stdout: '1\n',
      });
    }
    await asBefore();
  });

  test.each(['resolv.conf', 'hosts', 'nsswitch.conf'])(
    'has an /etc/%s of the lab, and may spoil it',
    async (name) => {
      const ofHost = readFileSync(
        host.path(
          `/proc/1/root/etc/${name === 'resolv.conf' ? '../run/systemd/resolve/stub-resolv.conf' : name}`,
        ),
        'utf8',
      );
      const got = await shell(
        'node1',
        `cat /etc/${name} && echo spoilt >>/etc/${name} && tail -1 /etc/${name}`,
      );
      expect(got).toMatchObject({ exitCode: 0, stderr: '' });
      expect(got.stdout).not.toContain(ofHost);
      expect(got.stdout).toMatch(/spoilt\n$/);
      await asBefore();
    },
  );

  test('has /run, /var/lib, /var/log and /etc of the lab', async () => {
    for (const directory of ['/run', '/var/lib', '/var/log', '/etc']) {
      expect(
        await shell('node1', `echo odd >${directory}/odd-file && cat ${directory}/odd-file`),
      ).toMatchObject({ stdout: 'odd\n' });
      expect(existsSync(host.path(`${directory}/odd-file`))).toBe(false);
      // Another node of the lab and another command see the same ones.
      expect(await shell('pod1', `cat ${directory}/odd-file`)).toMatchObject({ stdout: 'odd\n' });
    }
    // Nothing of the host shines through.
    expect((await shell('node1', 'ls /run /var/lib /var/log')).stdout).not.toMatch(/systemd|dpkg|apt/);
    await asBefore();
  });

  test('has the name of the node or pod, and may change it', async () => {
    for (const where of ['node1', 'pod1', 'pod2']) {
      expect(await shell(where, 'hostname; uname -n')).toMatchObject({ stdout: `${where}\n${where}\n` });
      expect(await shell(where, 'hostname odd; hostname')).toMatchObject({ stdout: 'odd\n' });
      expect(await shell(where, 'hostname')).toMatchObject({ stdout: `${where}\n` });
    }
    await asBefore();
  });

  test('has no power over modules, the clock, ports of the hardware and the machine as a whole', async () => {
    // CAP_SYS_MODULE 16, CAP_SYS_RAWIO 17, CAP_SYS_BOOT 22, CAP_SYS_TIME 25 (linux/capability.h)
    const mask = (1n << 16n) | (1n << 17n) | (1n << 22n) | (1n << 25n);
    const got = await shell('node1', 'grep ^Cap /proc/self/status');
    const sets = [...got.stdout.matchAll(/^(Cap\w+):\s+([0-9a-f]+)$/gm)].filter(
      ([, name]) => name !== 'CapInh',
    );
    expect(sets.length).toBeGreaterThanOrEqual(4);
    for (const [line, , value] of sets) expect(BigInt(`0x${value}`) & mask, line).toBe(0n);
    // What root in a node does need.
    expect(BigInt(`0x${sets.find(([, name]) => name === 'CapEff')?.[2]}`) & (1n << 12n)).not.toBe(0n);
    if (process.arch !== 'x64') return;
    // Each with arguments that would be refused otherwise: finit_module(-1), reboot(no magic), adjtimex(tick 0), iopl(4).
    const calls =
      'for ([313, -1, "", 0], [169, 0, 0, 0, 0], [159, pack("L", 0x4000) . "\\0" x 252], [172, 4]) { my ($number, @words) = @$_; syscall($number, @words); print $! + 0, "\\n" }';
    const errors = (await inside('node1', 'perl', '-e', calls)).stdout.trim().split('\n');
    // ENOSYS: a kernel without modules. EINVAL: iopl with a level that there is not.
    const [EPERM, EINVAL, ENOSYS] = ['1', '22', '38'];
    expect([EPERM, ENOSYS]).toContain(errors[0]);
    expect(errors.slice(1, 3)).toEqual([EPERM, EPERM]);
    expect([EPERM, EINVAL, ENOSYS]).toContain(errors[3]);
  });

  test('sees no process of the host and ends none, not even those of the lab', async () => {
    expect((await shell('node1', 'ls -d /proc/[0-9]* | wc -l')).stdout.trim()).toMatch(/^[0-9]$/);
    const [lab] = await statusOf(host);
    await shell('node1', 'kill -9 -1; kill -9 1');
    await inside('pod1', 'perl', '-e', 'kill 9, 1 .. 5000');
    expect((await statusOf(host))[0]).toEqual(lab);
    await asBefore();
  });

  test('mounts and unmounts for itself alone, also where the host shares its mounts with everybody', async () => {
    const layers = `${host.directory}/layers`;
    // As systemd has them; a lab takes over what the host has when it starts.
    await host.run(['mount', '--make-shared', layers]);
    await host.run(['mkdir', `${layers}/of-host`, `${layers}/of-lab`]);
    await host.run(['mount', '-t', 'tmpfs', 'of-host', `${layers}/of-host`]);
    await good(host, ['up', 'flannel-vxlan']);
    const mounts = mountsOf(host, 1);
    const script = `mount -t tmpfs of-lab ${layers}/of-lab && umount ${layers}/of-host && ip netns add odd && grep -c of-lab /proc/mounts`;
    expect(await host.lab(['exec', 'flannel-vxlan', 'node1', '--', 'sh', '-c', script])).toMatchObject({
      exitCode: 0,
      stdout: '1\n',
    });
    expect(mountsOf(host, 1)).toEqual(mounts);
    await good(host, ['down', 'flannel-vxlan']);
    expect(mountsOf(host, 1)).toEqual(mounts);
    await host.run(['umount', `${layers}/of-host`]);
    await host.run(['rmdir', `${layers}/of-host`, `${layers}/of-lab`]);
    await host.run(['mount', '--make-private', layers]);
    await asBefore();
  });

  test('finds no way out of the sandbox: no address of the host answers', async () => {
    for (const address of ['192.168.0.21', '172.30.76.1', '192.168.0.22', '8.8.8.8']) {
      const got = await shell('node1', `ping -c 1 -W 1 ${address}`);
      expect(got.exitCode).not.toBe(0);
    }
  });

  test('leaves nothing behind: the lab goes down and the host is as it was', async () => {
    await good(host, ['down', 'same-node']);
    await expectUnchanged(host, before);
  });
});

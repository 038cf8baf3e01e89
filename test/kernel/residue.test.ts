import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../src/run/until.ts';
import { expectUnchanged, mountsOf, snapshot, type HostSnapshot } from '../helpers/host-snapshot.ts';
import { playedHost, type PlayedHost } from '../helpers/played-host.ts';
import { good, statusOf } from '../helpers/running-lab.ts';

describe.skipIf(process.getuid?.() !== 0)('the machine is as it was', () => {
  let host: PlayedHost;
  let before: HostSnapshot;
  beforeAll(async () => {
    host = await playedHost();
    before = await snapshot(host);
    return () => host[Symbol.asyncDispose]();
  });

  // The test can fail: whatever changes on the host is seen.
  test.each([
    ['links', 'ip link add odd type bridge', 'ip link del odd'],
    ['addresses', 'ip address add 192.0.2.9/32 dev lo', 'ip address del 192.0.2.9/32 dev lo'],
    ['routes', 'ip route add 192.0.2.0/24 dev docker0', 'ip route del 192.0.2.0/24'],
    ['rules', 'ip rule add priority 7 lookup 7', 'ip rule del priority 7'],
    ['named namespaces', 'ip netns add odd', 'ip netns del odd'],
    ['firewall', 'iptables -t nat -A HOST -j RETURN', 'iptables -t nat -D HOST -j RETURN'],
    ['sysctls', 'sysctl -qw net.ipv4.ip_forward=1', 'sysctl -qw net.ipv4.ip_forward=0'],
    ['mounts', 'mount -t tmpfs odd /mnt', 'umount /mnt'],
    ['files', 'touch /run/odd', 'rm /run/odd'],
    [
      'processes',
      'sleep 1000 >/dev/null 2>&1 & echo $! >/run/lock/odd',
      'kill $(cat /run/lock/odd); rm /run/lock/odd',
    ],
  ])('which is no empty word: a change of %s is seen', async (kind, change, undo) => {
    await host.run(['sh', '-c', change]);
    const changed = await snapshot(host);
    await host.run(['sh', '-c', undo]);
    expect(changed[kind]).not.toEqual(before[kind]);
    await expectUnchanged(host, before);
  });

  for (const lab of ['same-node', 'flannel-vxlan', 'flannel-vxlan-current']) {
    test(`while ${lab} is up, and after up and down`, async () => {
      await good(host, ['up', lab]);
      await expectUnchanged(host, before, ['processes', 'namespaces', 'files']);
      await good(host, ['up', lab]);
      await expectUnchanged(host, before, ['processes', 'namespaces', 'files']);
      await good(host, ['down', lab]);
      await expectUnchanged(host, before);
    });
  }

  test('after run, exec and down', async () => {
    await good(host, ['run', 'flannel-vxlan']);
    await good(host, ['exec', 'flannel-vxlan', 'node1', '--', 'ip', 'route']);
    await expectUnchanged(host, before, ['processes', 'namespaces', 'files']);
    await good(host, ['down', '--all']);
    await expectUnchanged(host, before);
  });

  test('after test', async () => {
    await good(host, ['test', 'same-node', 'flannel-vxlan']);
    await expectUnchanged(host, before);
  });

  test('a file system that the host unmounts is not held by a lab that was started from there', async () => {
    const layers = join(host.directory, 'layers');
    const stick = join(layers, 'stick');
    await mkdir(host.path(stick));
    // As systemd has all mounts.
    await host.run(['mount', '--make-shared', layers]);
    await host.run(['mount', '-t', 'tmpfs', 'stick', stick]);
    await good(host, ['up', 'same-node'], { cwd: stick });
    const [lab] = await statusOf(host);
    const unmounted = await host.run(['umount', stick]);
    const gone = await until(
      () => (mountsOf(host, lab?.holderPid ?? 0).some((line) => line.includes(stick)) ? undefined : true),
      { timeoutMs: 2_000 },
    );
    await good(host, ['down', 'same-node']);
    await host.run(['mount', '--make-private', layers]);
    await host.run(['rmdir', stick]);
    expect(unmounted).toMatchObject({ exitCode: 0, stderr: '' });
    expect(gone).toBe(true);
    await expectUnchanged(host, before);
  });
});

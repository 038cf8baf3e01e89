import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectUnchanged, processesOf, snapshot, type HostSnapshot } from '../helpers/host-snapshot.ts';
import { moments, seed, Striker } from '../helpers/moments.ts';
import { playedHost, type PlayedHost } from '../helpers/played-host.ts';
import { commandsOf, expectCommands, good, statusOf } from '../helpers/running-lab.ts';

/** Why there is nothing to test here, or undefined. */
function lacking(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root, who plays the users';
  const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', '--'];
  const namespaces = ['unshare', '--user', '--map-root-user', '--mount', '--net', 'true'];
  const { failed, stderr } = execaSync('setpriv', [...nobody, ...namespaces], { reject: false });
  return failed ? `this machine gives ordinary users no namespaces: ${stderr}` : undefined;
}

const lacks = lacking();
const title = `an ordinary user (${lacks ?? `WIRELAB_TEST_SEED=${seed}`})`;
describe.skipIf(lacks)(title, () => {
  let host: PlayedHost;
  let before: HostSnapshot;
  beforeAll(async () => {
    host = await playedHost();
    before = await snapshot(host);
    return () => host[Symbol.asyncDispose]();
  });

  const cases = [
    { user: 'student', whose: 'with an entry in /etc/subuid', ids: 2 },
    { user: 'guest', whose: 'with none', ids: 1 },
  ] as const;
  for (const { user, whose, ids } of cases) {
    describe(whose, () => {
      const as = { user };
      const home = () => join(host.directory, 'home', user);

      test('is no other kind of root, and has the subordinate ids that the system gave', async () => {
        await good(host, ['up', 'same-node'], as);
        const map = await good(host, ['exec', 'same-node', 'node1', '--', 'cat', '/proc/self/uid_map'], as);
        expect(map.trim().split('\n')).toHaveLength(ids);
        expect((await good(host, ['exec', 'same-node', 'node1', '--', 'id', '-u'], as)).trim()).toBe('0');
        for (const { pid, words } of processesOf(host).filter((process) =>
          /unshare|hold\.pl/.test(process.words),
        ))
          expect((await host.run(['stat', '-c', '%U', `/proc/${pid}`])).stdout.trim(), words).toBe(user);
        await good(host, ['down', 'same-node'], as);
      });

      for (const lab of ['same-node', 'flannel-vxlan']) {
        test(`up, verify and down of ${lab} leave the host as it was`, async () => {
          await good(host, ['up', lab], as);
          await expectUnchanged(host, before, ['processes', 'namespaces', 'files']);
          expect(await statusOf(host, as)).toMatchObject([{ name: lab, state: 'up' }]);
          // Each has their own labs.
          expect(await statusOf(host)).toEqual([]);
          await good(host, ['verify', lab], as);
          await good(host, ['up', lab], as);
          await good(host, ['down', lab], as);
          expect(await statusOf(host, as)).toEqual([]);
          expect(readdirSync(host.path(join(home(), '.local/state/wirelab')))).toEqual([]);
          await expectUnchanged(host, before);
        });
      }

      test('test leaves the host as it was', async () => {
        await good(host, ['test', 'flannel-vxlan'], as);
        await expectUnchanged(host, before);
      });

      test('in a node, writes what is the lab’s and nothing of the host', async () => {
        await good(host, ['up', 'same-node'], as);
        const shell = (script: string) =>
          host.lab(['exec', 'same-node', 'node1', '--', 'sh', '-c', script], as);
        for (const file of [
          '/etc/hosts',
          '/etc/resolv.conf',
          '/etc/nsswitch.conf',
          '/run/odd',
          '/var/lib/odd',
          '/var/log/odd',
        ])
          expect(await shell(`echo odd >>${file} && tail -1 ${file}`), file).toMatchObject({
            exitCode: 0,
            stdout: 'odd\n',
          });
        for (const file of [
          '/proc/sysrq-trigger',
          '/proc/sys/kernel/panic',
          '/proc/sys/vm/swappiness',
          '/etc/shadow',
          '/usr/odd',
        ])
          expect((await shell(`echo 1 >${file}`)).exitCode, file).not.toBe(0);
        expect(
          await shell('echo 1 >/proc/sys/net/ipv4/ip_forward; cat /proc/sys/net/ipv4/ip_forward; hostname'),
        ).toMatchObject({
          stdout: '1\nnode1\n',
          stderr: '',
        });
        await expectUnchanged(host, before, ['processes', 'namespaces', 'files']);
        await good(host, ['down', 'same-node'], as);
        for (const file of ['/run/odd', '/var/lib/odd', '/var/log/odd'])
          expect(existsSync(host.path(file))).toBe(false);
        await expectUnchanged(host, before);
      });

      test('kill -9 of up and verify leaves nothing or a whole lab', async () => {
        await good(host, ['up', 'same-node'], as);
        const commands = commandsOf(host);
        await good(host, ['down', 'same-node'], as);
        const striker = new Striker(host);
        for (const command of ['up', 'verify']) {
          const ready = () => good(host, [command === 'up' ? 'down' : 'up', 'same-node'], as);
          for (const moment of moments(6, `${user} ${command}`)) {
            const words = [command, 'same-node'];
            await striker.strike(moment, { words, signal: 'SIGKILL', whom: 'process', ready, options: as });
            const labs = await statusOf(host, as);
            if (labs.length === 0 && command === 'up') await expectUnchanged(host, before);
            else {
              expect(labs).toMatchObject([{ name: 'same-node', state: 'up' }]);
              await expectCommands(host, commands);
              await good(host, ['verify', 'same-node'], as);
            }
          }
        }
        await good(host, ['down', 'same-node'], as);
        await expectUnchanged(host, before);
      });
    });
  }

  test('and root, and another one, have labs of the same name side by side', async () => {
    const users = ['root', 'student', 'guest'] as const;
    await Promise.all(users.map((user) => good(host, ['up', 'same-node'], { user })));
    const holders = await Promise.all(
      users.map(async (user) => (await statusOf(host, { user }))[0]?.holderPid),
    );
    expect(new Set(holders).size).toBe(3);
    await Promise.all(users.map((user) => good(host, ['verify', 'same-node'], { user })));
    await good(host, ['down', 'same-node'], { user: 'guest' });
    await good(host, ['verify', 'same-node'], { user: 'student' });
    await Promise.all(users.map((user) => good(host, ['down', 'same-node'], { user })));
    await expectUnchanged(host, before);
  });

  test('without a home directory that can be written is told so', async () => {
    const got = await host.lab(['up', 'same-node'], {
      user: 'guest',
      env: { WIRELAB_STATE_DIR: '/usr/odd' },
    });
    expect(got.exitCode).toBe(3);
    expect(got.stdout + got.stderr).toContain('/usr/odd');
    expect(got.stdout + got.stderr).not.toContain('internal error');
    await expectUnchanged(host, before);
  });
});

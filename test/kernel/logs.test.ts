import { beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../src/run/until.ts';
import { expectUnchanged, snapshot, type HostSnapshot } from '../helpers/host-snapshot.ts';
import { playedHost, type PlayedHost } from '../helpers/played-host.ts';
import { commandsOf, expectCommands, good } from '../helpers/running-lab.ts';

const client = 'business-manager-666f454f7f-7l86b';
const server = '172.30.9.2';

interface Line {
  place: string;
  file: string;
  time: string;
  text: string;
}

describe.skipIf(process.getuid?.() !== 0)('logs', () => {
  let host: PlayedHost;
  let before: HostSnapshot;
  beforeAll(async () => {
    host = await playedHost();
    before = await snapshot(host);
    return () => host[Symbol.asyncDispose]();
  });

  describe.each(['root', 'student'] as const)('of %s', (user) => {
    const as = { user };
    const inside = (place: string, script: string) =>
      good(host, ['exec', 'flannel-vxlan', place, '--', 'sh', '-c', script], as);
    const lines = async (...words: string[]): Promise<Line[]> =>
      (await good(host, ['logs', 'flannel-vxlan', '--json', ...words], as))
        .split('\n')
        .filter((text) => text !== '')
        .map((text) => JSON.parse(text) as Line);

    beforeAll(async () => {
      await good(host, ['up', 'flannel-vxlan'], as);
      return async () => {
        await good(host, ['down', '--all'], as);
        await expectUnchanged(host, before);
      };
    });

    test('show when the agents answered which question of the kernel, in order of time', async () => {
      const startMs = Date.now();
      await inside('node1', 'ip neigh flush dev flannel.1');
      await inside('node2', 'ip neigh flush dev flannel.1');
      await inside(client, `ping -c1 -W5 ${server}`);
      const fresh = (await lines()).filter(({ time }) => Date.parse(time) >= startMs);
      // The request needs an answer on node1 before the reply needs one on node2.
      expect(fresh.map(({ place, text }) => [place, text.split(':')[0]])).toEqual([
        ['node1', `L3 miss for ${server}`],
        ['node2', 'L3 miss for 172.30.76.7'],
      ]);
      const human = await good(host, ['logs', 'flannel-vxlan'], as);
      expect(human).toMatch(
        /^node1 {2}\d\d:\d\d:\d\d\.\d{3} {2}watching flannel\.1: 172\.30\.9\.0\/24 at 192\.168\.0\.22$/m,
      );
    });

    test('are those of the place that is named, and `agent` is all agents', async () => {
      await inside(client, `echo served >/var/log/nginx.${client}.log`);
      expect(new Set((await lines('node2')).map(({ place }) => place))).toEqual(new Set(['node2']));
      expect(await lines(client)).toMatchObject([{ place: client, text: 'served' }]);
      const agents = await lines('agent');
      expect(new Set(agents.map(({ place }) => place))).toEqual(new Set(['node1', 'node2']));
      expect(await lines()).toHaveLength(agents.length + 1);
    });

    test('show what a terminal would obey, and read nothing but logs', async () => {
      await inside(
        'node1',
        `cd /var/log; printf 'red \\033[31m, title \\033]0;x\\007\\r\\n' >odd.node1.log
        ln -s /etc/passwd link.node1.log; mkfifo fifo.node1.log; mkdir directory.node1.log; echo no log >text`,
      );
      const human = await good(host, ['logs', 'flannel-vxlan', 'node1'], as);
      expect(human).toContain(String.raw`red \x1b[31m, title \x1b]0;x\x07\r`);
      expect(human).not.toMatch(/[^\P{Cc}\n]/u);
      expect(new Set((await lines('node1')).map(({ file }) => file))).toEqual(
        new Set(['flanneld.node1.log', 'odd.node1.log']),
      );
      await inside('node1', 'cd /var/log; rm -rf odd* link* fifo* directory*');
    });

    test('go on with --follow until the lab is gone, or somebody has seen enough', async () => {
      const commands = commandsOf(host);
      const enough = await host.startLab(['logs', 'flannel-vxlan', '-f', 'node1'], as);
      await until(() => commandsOf(host).length > commands.length || undefined, { timeoutMs: 5_000 });
      // Its reader is gone after the first line; it learns so with the next one.
      const { directory } = host;
      const piped = await host.start(
        ['sh', '-c', `${directory}/checkout/bin/lab logs flannel-vxlan -f | head -1`],
        as,
      );
      const following = await host.startLab(['logs', '--follow', 'flannel-vxlan'], as);
      await inside('node1', 'sleep 0.5; echo a late line >>/var/log/late.node1.log; sleep 0.5');
      expect((await piped.ended).stdout.split('\n')).toHaveLength(2);
      enough.kill('SIGINT');
      expect(await enough.ended).toMatchObject({ exitCode: 130, stderr: '' });
      await good(host, ['down', 'flannel-vxlan'], as);
      const got = await following.ended;
      expect(got).toMatchObject({ exitCode: 0, stderr: 'lab: flannel-vxlan is gone\n' });
      expect(got.stdout.split('\n').filter((line) => /^node1 .* a late line$/.test(line))).toHaveLength(1);
      expect((await enough.ended).stdout).toContain('a late line');
      await good(host, ['up', 'flannel-vxlan'], as);
      await expectCommands(host, commands);
    });

    test('say why there are none, and how to get there', async () => {
      const said = async (...words: string[]) => {
        const { exitCode, stdout, stderr } = await host.lab(['logs', ...words], as);
        expect(stdout).toBe('');
        return [exitCode, stderr] as const;
      };
      expect(await said('flannel-vxlan-current')).toEqual([
        3,
        'lab: flannel-vxlan-current is not running, so nothing in it logs\n  bin/lab up flannel-vxlan-current\n  running now: flannel-vxlan\n',
      ]);
      expect(await said('flannel-vxlan', 'agnet')).toEqual([
        2,
        expect.stringContaining('did you mean agent?'),
      ]);
      expect(await said('flannel-vxlan', 'node3')).toEqual([2, expect.stringContaining('node1')]);
      await good(host, ['up', 'flannel-vxlan-current'], as);
      const why = /flannel-vxlan-current has no agent: flannel of era current writes its entries once/;
      expect(await said('flannel-vxlan-current')).toEqual([0, expect.stringMatching(why)]);
      expect(await said('flannel-vxlan-current', 'agent')).toEqual([2, expect.stringMatching(why)]);
      expect(await said('flannel-vxlan-current', 'node1')).toEqual([0, expect.stringContaining('node1 of')]);
    });
  });
});

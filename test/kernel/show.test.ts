import { beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../src/run/until.ts';
import { playedHost, type PlayedHost } from '../helpers/played-host.ts';
import { good } from '../helpers/running-lab.ts';

const lab = 'flannel-vxlan';
const manager = 'business-manager-666f454f7f-7l86b';

interface Row {
  namespace: string;
  kind: string;
  what: string;
  row: string;
  live?: string;
  details: string[];
  reason?: { owner: string; why: string };
}

for (const user of ['root', 'student', 'guest'] as const) {
  // The machine's own root runs all of it; of ordinary users the tables are what matters.
  describe.skipIf(process.getuid?.() !== 0)(`the tables of a running lab, as ${user}`, () => {
    let host: PlayedHost;
    const as = { user };
    beforeAll(async () => {
      host = await playedHost();
      await good(host, ['up', lab], as);
      await good(host, ['exec', lab, manager, '--', 'ping', '-c1', '172.30.9.2'], as);
      return () => host[Symbol.asyncDispose]();
    });
    const inside = async (where: string, ...argv: string[]) =>
      (await good(host, ['exec', lab, where, '--', ...argv], as)).trim();
    const rows = async (where: string, table = 'all'): Promise<Row[]> =>
      (JSON.parse(await good(host, ['show', lab, where, table, '--json'], as)) as { rows: Row[] }).rows;
    const differing = async (): Promise<string[]> => {
      const { stdout } = await host.lab(['diff', lab, '--json'], as);
      const { differences } = JSON.parse(stdout) as { differences: Row[] };
      return differences.map(({ namespace, what, row }) => `${namespace}: ${what} ${row}`);
    };

    test('each row has its owner and its reason, and is right', async () => {
      for (const where of ['node1', 'node2', manager, 'lan', 'gateway', 'outside']) {
        for (const row of await rows(where)) {
          expect(row, JSON.stringify(row)).toMatchObject({ what: 'right', details: [] });
          expect(row.reason?.why, JSON.stringify(row)).toMatch(/\S{3}/);
        }
      }
      expect(await differing()).toEqual([]);
      expect(await good(host, ['diff', lab], as)).toBe(`${lab}: every row is as wanted\n`);
    });

    // One mapped id or many: the tables are read and mended in the same way.
    test.skipIf(user === 'guest')(
      'they hold just what ip, bridge, iptables-save and sysctl print there',
      async () => {
        const count = (found: Row[], pattern: RegExp) => found.filter(({ row }) => pattern.test(row)).length;
        const lines = (text: string, pattern = /./) => text.split('\n').filter((line) => pattern.test(line));
        const routes = await rows('node1', 'routes');
        const own = routes.filter(({ kind, row }) => kind === 'route' && !/ table /.test(row));
        const ofIpv4 = own.filter(({ row }) => !row.includes(':'));
        expect(ofIpv4).toHaveLength(lines(await inside('node1', 'ip', '-4', 'route')).length);
        expect(routes.filter(({ kind }) => kind === 'rule')).toHaveLength(
          lines(await inside('node1', 'ip', 'rule')).length,
        );
        const fdb = await rows('node1', 'fdb');
        expect(fdb).toHaveLength(lines(await inside('node1', 'bridge', 'fdb')).length);
        const addresses = await rows('node1', 'addresses');
        expect(addresses).toHaveLength(
          lines(await inside('node1', 'ip', '-brief', 'address'), /./).flatMap((line) =>
            line.split(/\s+/).filter((word) => word.includes('/')),
          ).length,
        );
        expect(await rows('node1', 'links')).toHaveLength(
          lines(await inside('node1', 'ip', '-brief', 'link')).length,
        );
        const rules = lines(await inside('node1', 'iptables-save'), /^-A /);
        expect(
          (await rows('node1', 'iptables')).map(({ row }) => row.replace(/^iptables -t nat /, '')),
        ).toEqual(rules);
        const forward = (await rows('node1', 'sysctls')).find(({ row }) => /ip_forward = /.test(row));
        expect(forward?.live).toBe(
          `sysctl net/ipv4/ip_forward = ${await inside('node1', 'cat', '/proc/sys/net/ipv4/ip_forward')}`,
        );
        expect(count(await rows('node1', 'neighbours'), /dev flannel\.1/)).toBe(
          lines(await inside('node1', 'ip', '-4', 'neigh', 'show', 'dev', 'flannel.1')).length,
        );
      },
    );

    test.skipIf(user === 'guest')('a reason names the very lease, node or pod', async () => {
      const why = async (where: string, table: string, row: RegExp) => {
        const found = (await rows(where, table)).filter((one) => row.test(one.live ?? one.row));
        expect(found, `${where} ${table} ${row}`).toHaveLength(1);
        return `${found[0]?.reason?.owner}: ${found[0]?.reason?.why}`;
      };
      expect(await why('node1', 'fdb', /^fdb 96:8f:2d:49:c5:31 dev flannel\.1/)).toBe(
        'flannel: lease 172.30.9.0/24 of node2: VtepMAC 96:8f:2d:49:c5:31 is at 192.168.0.22',
      );
      expect(await why('node1', 'neighbours', /172\.30\.9\.2 .* dev flannel\.1/)).toMatch(
        /^flannel: the agent answered the kernel's miss: lease 172\.30\.9\.0\/24 of node2/,
      );
      expect(await why('node1', 'neighbours', /192\.168\.0\.22 /)).toMatch(
        /^kernel: learned by ARP on eth0: .* is node2/,
      );
      expect(await why('node1', 'routes', /^route 172\.30\.76\.0\/24 dev docker0/)).toBe(
        'kernel: 172.30.76.1/24 of docker0 brings it',
      );
      expect(await why('node1', 'fdb', /^fdb 02:42:ac:1e:4c:07 dev veth\w+ master$/)).toMatch(
        new RegExp(`^kernel: docker0 learned it from a frame .* pod ${manager}'s eth0$`),
      );
      expect(await why(manager, 'addresses', /172\.30\.76\.7/)).toBe(
        `docker: status.podIP of pod ${manager}`,
      );
    });

    test('with its cause goes the row that the kernel made', async () => {
      const route = /^route 172\.30\.76\.0\/24 dev docker0/;
      expect((await rows('node1', 'routes')).filter(({ row }) => route.test(row))).toHaveLength(1);
      await inside('node1', 'ip', 'address', 'delete', '172.30.76.1/24', 'dev', 'docker0');
      expect((await rows('node1', 'routes')).filter(({ row }) => route.test(row))).toEqual([]);
      // The cause itself is missed.
      expect(await rows('node1', 'addresses')).toContainEqual(
        expect.objectContaining({ what: 'missing', row: 'address 172.30.76.1/24 dev docker0' }),
      );
      expect(await good(host, ['show', lab, 'node1', 'addresses'], as)).toMatch(
        /^- 172\.30\.76\.1\/24 dev docker0 +docker +missing: the gateway of node1's pods/m,
      );
      expect(await differing()).toEqual(['node1: missing address 172.30.76.1/24 dev docker0']);
      await good(host, ['repair', lab], as);
      expect((await rows('node1', 'routes')).filter(({ row }) => route.test(row))).toHaveLength(1);
      expect(await differing()).toEqual([]);
    });

    test('what is missing, foreign or changed is marked, and repair says what it mended', async () => {
      await inside('node1', 'ip', 'route', 'delete', '172.30.0.0/16');
      await inside('node1', 'ip', 'route', 'add', '10.9.0.0/16', 'via', '192.168.0.22');
      await inside('node1', 'ip', 'link', 'set', 'docker0', 'mtu', '1400');
      const text = await good(host, ['show', lab, 'node1'], as);
      expect(text).toMatch(
        /^- 172\.30\.0\.0\/16 dev flannel\.1 +flannel +missing: Network of net-conf\.json/m,
      );
      expect(text).toMatch(
        /^\+ 10\.9\.0\.0\/16 via 192\.168\.0\.22 dev eth0 +foreign: nothing in this lab wants it$/m,
      );
      expect(text).toMatch(
        /^~ docker0 .* mtu 1400 .*\n? +docker +changed, mtu: want 1450, got 1400: the pods of node1/m,
      );
      const { exitCode, stdout } = await host.lab(['diff', lab], as);
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(
        /1 missing, 1 changed, 1 foreign; bin\/lab repair flannel-vxlan puts it right\n$/,
      );
      const plan = await good(host, ['plan', lab, '--verbose'], as);
      expect(plan).toMatch(/ip -n node1 -batch/);
      expect(plan).toContain('route replace 172.30.0.0/16 dev flannel.1');
      expect(await differing()).toHaveLength(3);
      const said = await good(host, ['repair', lab], as);
      expect(said).toContain('mended node1: missing route 172.30.0.0/16 dev flannel.1 (flannel: Network of');
      expect(said).toMatch(/flannel-vxlan: 3 rows mended\nflannel-vxlan: repaired in /);
      expect(await good(host, ['plan', lab], as)).toBe(
        `${lab} is running, and every row is as wanted: up would change nothing\n`,
      );
      await good(host, ['verify', lab], as);
    });

    test.skipIf(user === 'guest')(
      'whatever was lost with a device comes back with it, also what hangs on its other end',
      async () => {
        await inside(manager, 'ip', 'link', 'delete', 'eth0');
        await inside('node1', 'ip', 'link', 'delete', 'flannel.1');
        await inside('node2', 'ip', 'link', 'delete', 'docker0');
        await inside('node2', 'ip', 'link', 'delete', 'eth0');
        expect((await differing()).length).toBeGreaterThan(4);
        await good(host, ['repair', lab], as);
        expect(await differing()).toEqual([]);
        await good(host, ['verify', lab], as);
      },
    );

    test.skipIf(user === 'guest')(
      'a namespace that is gone is made anew, and one that nobody wants goes',
      async () => {
        // From the lab's own mount namespace: what a node mounts is its own business.
        const sandbox = ['shell', lab];
        const typed = 'ip netns delete outside; ip netns add mine; exit\n';
        expect(await host.lab(sandbox, { ...as, input: typed })).toMatchObject({ exitCode: 0 });
        expect(await differing()).toEqual(
          expect.arrayContaining(['outside: missing netns outside', 'mine: foreign netns mine']),
        );
        await good(host, ['repair', lab], as);
        expect(await differing()).toEqual([]);
        await good(host, ['verify', lab], as);
      },
    );

    test.skipIf(user !== 'root')('--as prints what those programs print there', async () => {
      const same = async (tool: string, table: string, where: string, argv: string[]) =>
        expect(await good(host, ['show', lab, where, table, '--as', tool], as)).toBe(
          await good(host, ['exec', lab, where, '--', ...argv], as),
        );
      await same('route', 'routes', 'node1', ['route']);
      await same('ip', 'routes', 'node1', ['ip', 'route', 'show']);
      await same('ip', 'fdb', 'node1', ['bridge', 'fdb', 'show']);
      await same('ifconfig', 'addresses', 'outside', ['ifconfig', '-a']);
      await same('brctl', 'links', 'node1', ['brctl', 'show']);
      expect(await good(host, ['show', lab, 'node1', '--as', 'ip'], as)).toMatch(
        /^\$ ip -details link show\n.*^\$ iptables-save$/ms,
      );
    });

    test.skipIf(user !== 'root')('wrong words are put right', async () => {
      const wrong = async (words: string[], message: RegExp) => {
        const { exitCode, stderr, stdout } = await host.lab(words, as);
        expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 2, stdout: '' });
        expect(stderr).toMatch(message);
      };
      await wrong(['show', lab, 'node1', 'router'], /there is no table "router"; did you mean routes\?/);
      await wrong(['show', lab, 'nod1'], /did you mean node1/);
      await wrong(['show', lab, 'node1', 'fdb', '--as', 'route'], /route shows no fdb; it shows routes, all/);
      await wrong(['show', lab, 'node1', '--as', 'rout'], /did you mean route\?/);
      await wrong(['show', lab, 'business'], /business-manager-666f454f7f-7l86b/);
      await wrong(['diff'], /diff needs <lab>/);
      expect(await host.lab(['diff', 'same-node'], as)).toMatchObject({
        exitCode: 3,
        stderr: expect.stringContaining('same-node is not running\n  bin/lab up same-node') as string,
      });
    });

    test('events tell each change with its reason, and end with the lab', async () => {
      const watch = await host.startLab(['events', lab], as);
      const seen = () => host.lab(['exec', lab, 'node1', '--', 'true'], as);
      await until(async () => ((await seen()).exitCode === 0 ? true : undefined), { timeoutMs: 2_000 });
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await inside('node1', 'ip', 'neigh', 'flush', 'dev', 'flannel.1');
      await inside(manager, 'ping', '-c1', '172.30.9.2');
      await inside('node1', 'ip', 'route', 'delete', '172.30.0.0/16');
      await inside('node1', 'iptables', '-I', 'FORWARD', '-j', 'DROP');
      await inside('node1', 'sysctl', '-q', '-w', 'net.ipv4.conf.eth0.rp_filter=1');
      await good(host, ['repair', lab], as);
      await new Promise((resolve) => setTimeout(resolve, 300));
      await good(host, ['down', lab], as);
      const { exitCode, stdout, stderr } = await watch.ended;
      expect({ exitCode, stderr }, stdout).toEqual({ exitCode: 0, stderr: '' });
      const events = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, string>);
      expect(events[0]).toMatchObject({ type: 'watching', lab });
      expect(events.at(-1)).toMatchObject({ type: 'down', lab });
      const at = (want: Record<string, string | RegExp>, from = 0) => {
        const index = events.findIndex(
          (event, number) =>
            number >= from &&
            Object.entries(want).every(([key, value]) =>
              typeof value === 'string' ? event[key] === value : value.test(event[key] ?? ''),
            ),
        );
        expect(
          index,
          `${JSON.stringify(Object.fromEntries(Object.entries(want).map(([k, v]) => [k, String(v)])))}\n${stdout}`,
        ).toBeGreaterThan(0);
        return index;
      };
      at({
        type: 'appeared',
        namespace: 'node1',
        row: /^neighbour 172\.30\.9\.2 .*flannel\.1/,
        owner: 'flannel',
        why: /lease 172\.30\.9\.0\/24 of node2/,
      });
      const gone = at({
        type: 'disappeared',
        namespace: 'node1',
        row: /^route 172\.30\.0\.0\/16 dev flannel\.1/,
      });
      at({
        type: 'appeared',
        namespace: 'node1',
        row: 'iptables -t filter -A FORWARD -j DROP',
        what: 'foreign',
      });
      at({ type: 'changed', was: 'sysctl net/ipv4/conf/eth0/rp_filter = 0', what: 'changed' });
      at(
        {
          type: 'appeared',
          namespace: 'node1',
          row: /^route 172\.30\.0\.0\/16 dev flannel\.1/,
          what: 'right',
        },
        gone,
      );
      at({ type: 'disappeared', row: 'iptables -t filter -A FORWARD -j DROP' });
      for (const event of events) expect(Date.parse(event['time'] ?? '')).toBeGreaterThan(0);
    });
  });
}

describe.skipIf(process.getuid?.() !== 0)('the plan of a lab that is not running', () => {
  test('is made without a right and without a program, and changes nothing', async () => {
    await using host = await playedHost();
    // Nothing but Node and a shell is to be found.
    const env = { PATH: '/nowhere' };
    const node = process.execPath;
    const cli = (words: string[]) =>
      host.run([node, `${host.directory}/checkout/dist/lab.cjs`, ...words], { user: 'guest', env });
    await good(host, ['--version']);
    const { exitCode, stdout, stderr } = await cli(['plan', 'flannel-vxlan', '--verbose']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(
      /^\+ link flannel\.1 type vxlan id 1 local 192\.168\.0\.21 dstport 8472 +flannel +the VTEP of node1/m,
    );
    expect(stdout).toMatch(/netns add node1/);
    expect(stdout).toMatch(
      /up flannel-vxlan would create \d{2,3} rows in \d+ commands; flannel-vxlan is not running\n$/,
    );
    expect((await good(host, ['status'])).trim()).toBe('no lab is running');
  });
});

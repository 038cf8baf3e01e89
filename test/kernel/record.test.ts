import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../src/run/until.ts';
import { expectUnchanged, processesOf, snapshot, type HostSnapshot } from '../helpers/host-snapshot.ts';
import { playedHost, type PlayedHost } from '../helpers/played-host.ts';
import { good, statusOf } from '../helpers/running-lab.ts';

/** A process of a record. */
interface Recorded {
  pid: number;
  startTime: string;
  bootId: string;
}

describe.skipIf(process.getuid?.() !== 0)('the record of a lab', () => {
  let host: PlayedHost;
  let before: HostSnapshot;
  beforeAll(async () => {
    host = await playedHost();
    before = await snapshot(host);
    return () => host[Symbol.asyncDispose]();
  });

  const state = '/run/wirelab';
  const records = () => readdirSync(host.path(state));
  const isThere = (pid: number) => processesOf(host).some((process) => process.pid === pid);

  test('is written before anything is created', async () => {
    // An unshare(1) that looks first.
    const wrappers = join(host.directory, 'home/root/wrappers');
    mkdirSync(host.path(wrappers));
    const real = (await host.run(['sh', '-c', 'command -v unshare'])).stdout.trim();
    const script = `#!/bin/sh\nls -A ${state} >${wrappers}/seen\ncat ${state}/* >>${wrappers}/seen\nexec ${real} "$@"\n`;
    writeFileSync(host.path(join(wrappers, 'unshare')), script, { mode: 0o755 });
    const path = (await host.run(['sh', '-c', 'echo $PATH'])).stdout.trim();
    const got = await host.lab(['up', 'same-node'], { env: { PATH: `${wrappers}:${path}` } });
    expect(got).toMatchObject({ exitCode: 0 });
    const seen = readFileSync(host.path(join(wrappers, 'seen')), 'utf8');
    expect(seen).toMatch(/^same-node\./);
    expect(seen).toContain('"name": "same-node"');
    rmSync(host.path(wrappers), { recursive: true });
    await good(host, ['down', 'same-node']);
    expect(records()).toEqual([]);
  });

  for (const whom of ['holder', 'parent of the holder'] as const) {
    test(`does not lie after kill -9 of the ${whom}: nothing is left, and up works again`, async () => {
      for (const lab of ['same-node', 'flannel-vxlan']) {
        await good(host, ['up', lab]);
        const [running] = await statusOf(host);
        const holder = running?.holderPid ?? 0;
        expect(processesOf(host).find(({ pid }) => pid === holder)?.words).toContain('hold.pl');
        const parent = Number(
          /^PPid:\s+(\d+)$/m.exec(readFileSync(host.path(`/proc/${holder}/status`), 'utf8'))?.[1],
        );
        await host.run(['kill', '-9', String(whom === 'holder' ? holder : parent)]);
        expect(await statusOf(host)).toEqual([]);
        await expectUnchanged(host, before);
        expect((await host.lab(['verify', lab])).exitCode).toBe(3);
        await good(host, ['up', lab]);
        await good(host, ['verify', lab]);
        await good(host, ['down', lab]);
      }
      await expectUnchanged(host, before);
    });
  }

  test('does not lie when the holder is killed while a lab is being verified', async () => {
    await good(host, ['up', 'same-node']);
    const [running] = await statusOf(host);
    const verify = await host.startLab(['verify', 'same-node']);
    // Once its session is there.
    await until(() => processesOf(host).some(({ words }) => words.includes('jobs.pl')) || undefined, {
      timeoutMs: 5_000,
    });
    await host.run(['kill', '-9', String(running?.holderPid)]);
    const got = await verify.ended;
    expect([1, 3]).toContain(got.exitCode);
    expect(got.stderr).not.toMatch(/internal error|at .*\.ts:/);
    expect(await statusOf(host)).toEqual([]);
    await expectUnchanged(host, before);
  });

  test(
    'says what is lost: a sandbox without its builder that does not leave by itself',
    { timeout: 60_000 },
    async () => {
      const up = await host.startLab(['up', 'flannel-vxlan']);
      const isHolder = ({ words }: { words: string }) =>
        words.startsWith('perl') && words.includes('hold.pl');
      const holder = await until(() => processesOf(host).find(isHolder), { timeoutMs: 5_000 });
      await host.run(['kill', '-STOP', String(holder?.pid)]);
      // Its number is in the record before anything is built in it.
      const recorded = () =>
        readFileSync(host.path(join(state, records()[0] ?? '')), 'utf8').includes('"holder"')
          ? true
          : undefined;
      expect(await until(recorded, { timeoutMs: 5_000 })).toBe(true);
      up.kill('SIGKILL');
      await up.ended;
      expect(await statusOf(host)).toMatchObject([
        { name: 'flannel-vxlan', state: 'lost', holderPid: holder?.pid },
      ]);
      await good(host, ['up', 'flannel-vxlan']);
      expect(await statusOf(host)).toMatchObject([{ name: 'flannel-vxlan', state: 'up' }]);
      expect(isThere(holder?.pid ?? 0)).toBe(false);
      await good(host, ['verify', 'flannel-vxlan']);
      await good(host, ['down', 'flannel-vxlan']);
      await expectUnchanged(host, before);
    },
  );

  describe('that names processes which are not its own', () => {
    let stranger: number;
    let startTime: string;
    beforeAll(async () => {
      const started = await host.start(['sleep', '4801']);
      await until(() => processesOf(host).find(({ words }) => words === 'sleep 4801'), { timeoutMs: 5_000 });
      stranger = processesOf(host).find(({ words }) => words === 'sleep 4801')?.pid ?? 0;
      startTime = readFileSync(host.path(`/proc/${stranger}/stat`), 'utf8').split(' ')[21] ?? '';
      return async () => {
        started.kill('SIGKILL');
        await started.ended;
      };
    });

    const bootId = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const otherBoot = '00000000-0000-4000-8000-000000000000';
    const gone = (): Recorded => ({ pid: 4_000_000, startTime: '1', bootId: bootId() });

    /** A record as the lab itself writes it, with other processes. */
    const recordWith = (builder: Recorded, holder?: Recorded): [file: string, text: string] => [
      `same-node.${builder.pid}-${builder.startTime}.json`,
      JSON.stringify({
        name: 'same-node',
        file: join(host.directory, 'checkout/labs/same-node/lab.yaml'),
        builder,
        ...(holder ? { holder: { init: holder, parent: holder } } : {}),
        since: '2026-01-01T00:00:00.000Z',
        namespaces: ['node1', 'pod1', 'pod2'],
      }),
    ];

    const lies: Record<string, () => [file: string, text: string]> = {
      'of another boot': () => {
        const other = { pid: stranger, startTime, bootId: otherBoot };
        return recordWith(other, other);
      },
      'whose numbers are used again by others': () =>
        recordWith(
          { pid: stranger, startTime: '1', bootId: bootId() },
          { pid: stranger, startTime: '2', bootId: bootId() },
        ),
      'whose processes are all gone': () => recordWith(gone(), gone()),
      'of a builder that was killed before it had a holder': () => recordWith(gone()),
      'that is empty': () => ['same-node.4000000-1.json', ''],
      'that is cut off': () => ['same-node.4000000-1.json', recordWith(gone())[1].slice(0, 100)],
      'that is no JSON': () => ['same-node.4000000-1.json', '\u0000\u0001{]'],
      'that is null': () => ['same-node.4000000-1.json', 'null'],
      'that is an empty mapping': () => ['same-node.4000000-1.json', '{}'],
      'that is a list': () => ['same-node.4000000-1.json', '[]'],
      'whose processes are words': () => [
        'same-node.4000000-1.json',
        '{"name":"same-node","file":"x","since":"","namespaces":[],"builder":"root","holder":{"init":"1","parent":1}}',
      ],
      'that was never finished': () => ['same-node.4000000-1.json.part', '{"name":'],
    };

    test.each(Object.keys(lies))('%s, is not believed, and up works', async (kind) => {
      const [file, text] = lies[kind]?.() ?? ['', ''];
      for (const words of [['status'], ['down', 'same-node'], ['up', 'same-node']]) {
        writeFileSync(host.path(join(state, file)), text);
        const got = await host.lab(words);
        expect(got).toMatchObject({ exitCode: 0, stderr: '' });
        if (words[0] === 'status') expect(got.stdout).toBe('no lab is running\n');
        expect(isThere(stranger)).toBe(true);
      }
      const running = await statusOf(host);
      expect(running).toMatchObject([{ name: 'same-node', state: 'up' }]);
      expect(running[0]?.holderPid).not.toBe(stranger);
      await good(host, ['verify', 'same-node']);
      // A lie beside the truth changes nothing.
      writeFileSync(host.path(join(state, file)), text);
      expect(await statusOf(host)).toEqual(running);
      await good(host, ['down', 'same-node']);
      expect(isThere(stranger)).toBe(true);
      expect(records()).toEqual([]);
    });

    test('of another user, is not believed and not touched', async () => {
      const [file, text] = recordWith({ pid: stranger, startTime, bootId: bootId() });
      writeFileSync(host.path(join(state, file)), text);
      await host.run(['chown', 'student', join(state, file)]);
      expect(await statusOf(host)).toEqual([]);
      await good(host, ['up', 'same-node']);
      await good(host, ['verify', 'same-node']);
      await good(host, ['down', 'same-node']);
      expect(isThere(stranger)).toBe(true);
      expect(records()).toEqual([file]);
      rmSync(host.path(join(state, file)));
    });

    test.each(['garbage.json', 'same-node.json', 'README', 'same-node.x-y.json'])(
      '%s in its directory is nobody',
      async (file) => {
        writeFileSync(host.path(join(state, file)), '{');
        expect(await statusOf(host)).toEqual([]);
        expect(records()).toEqual([file]);
        rmSync(host.path(join(state, file)));
      },
    );
  });

  test('cannot be written: up says where, and builds nothing', async () => {
    const got = await host.lab(['up', 'same-node'], { env: { WIRELAB_STATE_DIR: '/etc/passwd/nowhere' } });
    expect(got.exitCode).toBe(3);
    expect(got.stdout + got.stderr).toContain('/etc/passwd/nowhere');
    expect(got.stdout + got.stderr).not.toContain('internal error');
    await expectUnchanged(host, before);
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Event } from '../../src/run/event.ts';
import { expectUnchanged, snapshot, type HostSnapshot } from '../helpers/host-snapshot.ts';
import { playedHost, type PlayedHost } from '../helpers/played-host.ts';
import { good, statusOf } from '../helpers/running-lab.ts';

describe.skipIf(process.getuid?.() !== 0)('a generated lab', () => {
  let host: PlayedHost;
  let before: HostSnapshot;
  beforeAll(async () => {
    host = await playedHost();
    before = await snapshot(host);
    return () => host[Symbol.asyncDispose]();
  });
  const generate = (nodes: number, pods: number, era: string, directory: string) => [
    ...['generate', '--nodes', String(nodes), '--pods', String(pods), '--era', era, '--output', directory],
  ];

  for (const user of ['root', 'student'] as const)
    for (const era of ['current', 'v0.7'] as const)
      test(`of 3 nodes and 12 pods, ${era}, comes up, holds and goes, for ${user}`, async () => {
        const directory = join(host.directory, 'home', user, `small-${era}`);
        const as = { user };
        expect(await good(host, generate(3, 12, era, directory), as)).toContain('3x12');
        expect(await good(host, ['validate', directory], as)).toContain('3 nodes, 12 pods');
        await good(host, ['up', directory], as);
        if (era === 'v0.7') {
          // Each node learns the other's pod when it is spoken to, and no other.
          await good(host, ['exec', directory, 'pod-1-1', '--', 'ping', '-c1', '-W5', '10.244.3.2'], as);
          for (const [node, pod] of [
            ['node1', '10.244.3.2'],
            ['node3', '10.244.1.2'],
          ] as const) {
            const said = await good(
              host,
              ['exec', directory, node, '--', 'ip', 'neigh', 'show', 'dev', 'flannel.1'],
              as,
            );
            expect(said.match(/^\S+/gm)).toEqual([pod]);
          }
        }
        expect(await good(host, ['verify', directory], as)).toMatch(/: \d+ passed in/);
        await good(host, ['down', directory], as);
        expect(await statusOf(host, as)).toEqual([]);
        await expectUnchanged(host, before);
      });

  test('is called what its size is, in a directory of that name, where none is given', async () => {
    const said = await good(host, ['generate', '--nodes', '2', '--pods', '3']);
    expect(said).toBe('flannel-2x3 is in flannel-2x3\n  bin/lab ./flannel-2x3\n');
    const text = readFileSync(
      join(host.path(join(host.directory, 'home/root')), 'flannel-2x3/lab.yaml'),
      'utf8',
    );
    expect(text).toContain('name: flannel-2x3');
    const json = await good(host, [...generate(2, 3, 'v0.7', 'other'), '--json']);
    expect(JSON.parse(json)).toMatchObject({ name: 'flannel-v0-7-2x3', nodes: 2, pods: 3, era: 'v0.7' });
  });

  test.each([
    [['generate', '--nodes', '3'], /generate needs --pods/],
    [['generate', '--pods', '3'], /generate needs --nodes/],
    [generate(251, 3, 'current', 'x'), /at most 250/],
    [generate(2, 507, 'current', 'x'), /at most 506/],
    [generate(2, 0, 'current', 'x'), /--pods needs a whole number from 1; found 0/],
    [generate(2, 3, 'v0.8', 'x'), /--era has no v0.8; did you mean v0.7\?/],
    [generate(2, 3, 'current', '/proc/x'), /cannot write \/proc\/x/],
    [generate(2, 3, 'current', 'no/such/parent'), /cannot write no\/such\/parent: ENOENT/],
    [generate(2, 3, 'current', 'somebody-elses'), /cannot write somebody-elses: ENOTDIR/],
    [generate(2, 3, 'current', '.'), /is there and not empty; nothing was written/],
  ])('is refused for %j', async (words, message) => {
    await host.run(['touch', join(host.directory, 'home/root/somebody-elses')]);
    const { exitCode, stdout, stderr } = await host.lab(words);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect((await host.run(['ls', join(host.directory, 'home/root')])).stdout).not.toMatch(/^x$/m);
  });

  describe('of 10 nodes and 100 pods', () => {
    const directory = () => join(host.directory, 'home/root/hundred');
    const verify = async () => {
      const { exitCode, stdout } = await host.lab(['verify', directory(), '--json']);
      const events = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Event);
      return {
        exitCode,
        events,
        checks: events.flatMap((event) => (event.type === 'check' ? [event.check] : [])),
      };
    };

    test('every pod reaches every other, in waves where the kernel knows too few neighbours', async () => {
      await good(host, generate(10, 100, 'v0.7', directory()));
      const file = host.path(join(directory(), 'lab.yaml'));
      writeFileSync(file, readFileSync(file, 'utf8').replace('mesh: {sample: 200}', 'mesh: {}'));
      await good(host, ['up', directory()]);
      const { exitCode, events, checks } = await verify();
      expect(checks[0]).toMatchObject({ kind: 'mesh', verdict: 'pass' });
      expect(exitCode).toBe(0);
      expect(events.some(({ type }) => type === 'progress')).toBe(false);
    });

    test('up again finds what was changed in one pod among many, and mends it', async () => {
      expect(await good(host, ['up', directory()])).not.toContain('mended');
      await good(host, ['exec', directory(), 'pod-7-7', '--', 'ip', 'route', 'del', 'default']);
      await good(host, ['exec', directory(), 'pod-8-8', '--', 'ip', 'link', 'add', 'odd0', 'type', 'bridge']);
      const said = await good(host, ['up', directory()]);
      expect(said.match(/^mended \S+: \w+ \w+ \S+/gm)).toEqual([
        'mended pod-7-7: missing route default',
        'mended pod-8-8: foreign link odd0',
      ]);
      expect(await good(host, ['up', directory()])).not.toContain('mended');
    });

    test('a sample names the pairs that do not reach each other', async () => {
      const file = host.path(join(directory(), 'lab.yaml'));
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replace('mesh: {}', 'mesh: {sample: 100}\n    within: 100ms'),
      );
      await good(host, ['exec', directory(), 'pod-4-4', '--', 'ip', 'link', 'set', 'eth0', 'down']);
      const { exitCode, checks } = await verify();
      expect(exitCode).toBe(1);
      const [mesh] = checks;
      expect(mesh).toMatchObject({ verdict: 'fail', want: [expect.stringContaining('100 echo replies')] });
      // It sends once and receives once.
      const got = mesh?.got ?? [];
      expect(got[0]).toBe('98 echo replies');
      expect(got.slice(1)).toHaveLength(2);
      expect(got.find((line) => line.startsWith('pod-4-4 does not reach pod-'))).toBeDefined();
      expect(got.find((line) => line.includes(' does not reach pod-4-4: '))).toBeDefined();
    });

    test('is gone with down, and the host is as it was', async () => {
      await good(host, ['down', directory()]);
      await expectUnchanged(host, before);
    });
  });
});

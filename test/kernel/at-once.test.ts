import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectUnchanged, snapshot, type HostSnapshot } from '../helpers/host-snapshot.ts';
import { moments, seed } from '../helpers/moments.ts';
import { playedHost, type PlayedHost } from '../helpers/played-host.ts';
import { commandsOf, expectCommands, expectWhole, good, statusOf } from '../helpers/running-lab.ts';

describe.skipIf(process.getuid?.() !== 0)(`at once (WIRELAB_TEST_SEED=${seed})`, () => {
  let host: PlayedHost;
  let before: HostSnapshot;
  let commands: string[];
  beforeAll(async () => {
    host = await playedHost();
    before = await snapshot(host);
    await good(host, ['up', 'same-node']);
    commands = commandsOf(host);
    await good(host, ['down', 'same-node']);
    return () => host[Symbol.asyncDispose]();
  });

  test('two up of one lab: one wins, the other says so, and the lab is whole', async () => {
    const seen = { refused: 0, found: 0 };
    for (const laterMs of [...moments(16, 'two up').map((moment) => moment * 400), 0, 0]) {
      const first = await host.startLab(['up', 'same-node']);
      await delay(laterMs);
      const second = await host.startLab(['up', 'same-node']);
      const both = await Promise.all([first.ended, second.ended]);
      const [winner, other] = both.sort((a, b) => a.exitCode - b.exitCode);
      expect(winner, winner?.stdout).toMatchObject({ exitCode: 0 });
      if (other?.exitCode === 0) {
        expect(both.filter(({ stdout }) => stdout.includes('was running already'))).toHaveLength(1);
        seen.found++;
      } else {
        expect(other?.exitCode).toBe(3);
        expect(`${other?.stdout}${other?.stderr}`).toMatch(
          /same-node is being worked on by another command \(up, process \d+\)/,
        );
        seen.refused++;
      }
      expect(await statusOf(host)).toMatchObject([{ name: 'same-node', state: 'up' }]);
      await expectCommands(host, commands);
      await good(host, ['down', 'same-node']);
    }
    await expectUnchanged(host, before);
    expect(seen.refused).toBeGreaterThan(0);
    console.log('two up at once:', seen);
  });

  test('while a lab is being built, exec and verify are refused and status says so', async () => {
    const seen = new Set<string>();
    for (const moment of moments(10, 'early')) {
      const up = await host.startLab(['up', 'flannel-vxlan']);
      await delay(moment * 300);
      const [status, exec] = await Promise.all([
        statusOf(host),
        host.lab(['exec', 'flannel-vxlan', 'node1', '--', 'true']),
      ]);
      expect(await up.ended).toMatchObject({ exitCode: 0 });
      seen.add(status[0]?.state ?? 'nothing');
      expect([0, 125]).toContain(exec.exitCode);
      if (exec.exitCode === 125) expect(exec.stderr).toMatch(/is still being built|is not running/);
      await good(host, ['down', 'flannel-vxlan']);
    }
    expect([...seen].sort()).toEqual(expect.arrayContaining(['starting']));
    await expectUnchanged(host, before);
  });

  test('up, down and status in any order leave a whole lab or none', async () => {
    for (const [index, moment] of moments(8, 'mixed').entries()) {
      const words = index % 2 === 0 ? ['up', 'down', 'status'] : ['down', 'up', 'status'];
      const started = [];
      for (const word of words) {
        started.push(await host.startLab(word === 'status' ? [word] : [word, 'same-node']));
        await delay(moment * 150);
      }
      for (const got of await Promise.all(started.map(({ ended }) => ended)))
        expect([0, 3]).toContain(got.exitCode);
      const labs = await statusOf(host);
      if (labs.length === 0) await expectUnchanged(host, before);
      else await expectWhole(host, 'same-node', commands, before);
    }
    await good(host, ['down', 'same-node']);
    await expectUnchanged(host, before);
  });

  test('four different labs, with the same names and addresses', async () => {
    const labs = ['one', 'two', 'three', 'four'];
    const directories = labs.map((name) => join(host.directory, 'home/root', name));
    for (const [index, name] of labs.entries()) {
      const source = join(import.meta.dirname, '../../labs', index % 2 === 0 ? 'flannel-vxlan' : 'same-node');
      const directory = host.path(directories[index] ?? '');
      await cp(source, directory, { recursive: true });
      const file = join(directory, 'lab.yaml');
      await writeFile(file, (await readFile(file, 'utf8')).replace(/^name: .*$/m, `name: ${name}`));
    }
    const all = async (command: string) =>
      await Promise.all(directories.map((directory) => good(host, [command, directory])));
    await all('up');
    expect((await statusOf(host)).map(({ name, state }) => `${name} ${state}`)).toEqual(
      labs.map((name) => `${name} up`).sort(),
    );
    await all('verify');
    await expectUnchanged(host, before, ['processes', 'namespaces', 'files']);
    await all('down');
    await expectUnchanged(host, before);
  });
});

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectUnchanged, snapshot, type HostSnapshot } from '../helpers/host-snapshot.ts';
import { moments, seed, Striker } from '../helpers/moments.ts';
import { playedHost, type PlayedHost } from '../helpers/played-host.ts';
import { commandsOf, expectWhole, good, statusOf } from '../helpers/running-lab.ts';

/** How a command is told to stop, whom that hits, and what it ends with. */
const signals = [
  { signal: 'SIGINT', whom: 'group', code: 130 }, // Ctrl-C at a terminal
  { signal: 'SIGTERM', whom: 'process', code: 143 },
] as const;

const blows = [
  { lab: 'same-node', count: 5 },
  { lab: 'flannel-vxlan', count: 2 },
];

describe.skipIf(process.getuid?.() !== 0)(
  `told to stop at random moments (WIRELAB_TEST_SEED=${seed})`,
  () => {
    let host: PlayedHost;
    let before: HostSnapshot;
    let striker: Striker;
    const commands: Record<string, string[]> = {};
    beforeAll(async () => {
      host = await playedHost();
      before = await snapshot(host);
      striker = new Striker(host);
      for (const { lab } of blows) {
        await good(host, ['up', lab]);
        commands[lab] = commandsOf(host);
        await good(host, ['down', lab]);
      }
      return () => host[Symbol.asyncDispose]();
    });

    /** A lab is there and whole, or nothing is. */
    async function expectAllOrNothing(lab: string): Promise<'up' | 'nothing'> {
      const labs = await statusOf(host);
      if (labs.length === 0) {
        await expectUnchanged(host, before);
        return 'nothing';
      }
      expect(labs).toMatchObject([{ name: lab, state: 'up' }]);
      await expectWhole(host, lab, commands[lab] ?? [], before);
      return 'up';
    }

    for (const command of ['up', 'run', 'test', 'verify', 'down']) {
      for (const { signal, whom, code } of signals) {
        test(`${command} by ${signal} ends with ${code}, and what it began is gone`, async () => {
          const found: Record<string, number> = {};
          for (const { lab, count } of blows) {
            const ready = () => good(host, [command === 'verify' || command === 'down' ? 'up' : 'down', lab]);
            for (const moment of moments(count, `${command} ${signal} ${lab}`)) {
              const { blow, result } = await striker.strike(moment, {
                words: [command, lab],
                signal,
                whom,
                ready,
              });
              // Not some time later, but before it ends.
              const holders = commandsOf(host).filter((words) => words.includes('hold.pl'));
              expect(result.exitCode, blow).toBe(code);
              expect(result.stderr, blow).toBe('');
              const left = await expectAllOrNothing(lab);
              // unshare and perl have that word each.
              expect(holders, blow).toHaveLength(left === 'up' ? 2 : 0);
              if (command === 'test') expect(left, blow).toBe('nothing');
              if (command === 'verify') expect(left, blow).toBe('up');
              found[left] = (found[left] ?? 0) + 1;
            }
            await good(host, ['down', lab]);
          }
          await expectUnchanged(host, before);
          console.log(`${signal} to ${command}; then there was`, found);
        });
      }
    }

    test('by Ctrl-C at a real terminal, while it builds and while it verifies', async () => {
      const bin = join(host.directory, 'checkout/bin/lab');
      const codes: number[] = [];
      for (const command of ['up', 'run', 'test']) {
        for (const moment of moments(4, `terminal ${command}`)) {
          const words = ['script', '-qec', `${bin} ${command} flannel-vxlan`, '/dev/null'];
          const started = await host.start(words, { typing: true, env: { TERM: 'dumb' } });
          await delay(moment * 500);
          started.type('\u0003');
          const got = await started.ended;
          expect([0, 130], got.stdout).toContain(got.exitCode);
          expect(got.stdout).not.toMatch(/internal error/);
          codes.push(got.exitCode);
          await expectAllOrNothing('flannel-vxlan');
          await good(host, ['down', 'flannel-vxlan']);
        }
      }
      expect(codes).toContain(130);
      await expectUnchanged(host, before);
    });

    test('a second signal leaves nothing either', async () => {
      for (const moment of moments(4, 'twice')) {
        const started = await host.startLab(['test', 'flannel-vxlan']);
        await delay(moment * 250);
        started.kill('SIGINT', 'group');
        started.kill('SIGTERM');
        started.kill('SIGINT', 'group');
        expect([130, 143]).toContain((await started.ended).exitCode);
        await expectUnchanged(host, before);
      }
    });
  },
);

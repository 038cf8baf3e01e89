import { beforeAll, describe, expect, test } from 'vitest';
import { expectUnchanged, snapshot, type HostSnapshot } from '../helpers/host-snapshot.ts';
import { moments, seed, Striker } from '../helpers/moments.ts';
import { playedHost, type PlayedHost } from '../helpers/played-host.ts';
import { commandsOf, expectWhole, good, statusOf } from '../helpers/running-lab.ts';

/** How often each command is killed. */
const kills = [
  { lab: 'same-node', count: 34 },
  { lab: 'flannel-vxlan', count: 8 },
];

describe.skipIf(process.getuid?.() !== 0)(`kill -9 at random moments (WIRELAB_TEST_SEED=${seed})`, () => {
  let host: PlayedHost;
  let before: HostSnapshot;
  let striker: Striker;
  beforeAll(async () => {
    host = await playedHost();
    before = await snapshot(host);
    striker = new Striker(host);
    return () => host[Symbol.asyncDispose]();
  });

  const up = (lab: string) => good(host, ['up', lab]);
  const down = (lab: string) => good(host, ['down', lab]);

  for (const command of ['up', 'run', 'verify', 'down']) {
    test(`of ${command}: then there is nothing, or a whole lab`, { timeout: 240_000 }, async () => {
      const found: Record<string, number> = {};
      for (const { lab, count } of kills) {
        await up(lab);
        const commands = commandsOf(host);
        const ready = () => (command === 'up' || command === 'run' ? down(lab) : up(lab));
        for (const [index, moment] of moments(count, `${command} ${lab}`).entries()) {
          // Half of them hit only the process that somebody started, half everything that it started at the terminal.
          const whom = index % 2 === 0 ? 'process' : 'group';
          const words = [command, lab];
          const { blow, result } = await striker.strike(moment, { words, signal: 'SIGKILL', whom, ready });
          const labs = await statusOf(host);
          try {
            expect(result.exitCode).toBe(137);
            if (labs.length === 0 && command !== 'verify') await expectUnchanged(host, before);
            else {
              expect(labs).toMatchObject([{ name: lab, state: 'up' }]);
              await expectWhole(host, lab, commands, before);
            }
          } catch (error) {
            if (error instanceof Error) error.message = `${blow}\n${error.message}`;
            throw error;
          }
          const outcome = labs[0]?.state ?? 'nothing';
          found[outcome] = (found[outcome] ?? 0) + 1;
        }
        await down(lab);
        await expectUnchanged(host, before);
      }
      const count = Object.values(found).reduce((sum, number) => sum + number, 0);
      console.log(`kill -9 of ${command}, ${count} times; then there was`, found);
    });
  }

  test('of test: then there is nothing', async () => {
    const words = ['test', 'flannel-vxlan'];
    for (const [index, moment] of moments(12, 'test').entries()) {
      const whom = index % 2 === 0 ? 'process' : 'group';
      await striker.strike(moment, { words, signal: 'SIGKILL', whom, ready: async () => undefined });
      expect(await statusOf(host)).toEqual([]);
      await expectUnchanged(host, before);
    }
  });
});

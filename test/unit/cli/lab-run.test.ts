import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Arguments } from '../../../src/cli/arguments.ts';
import { type LabRun, runLabs } from '../../../src/cli/lab-run.ts';
import type { Event, Verdict } from '../../../src/run/event.ts';
import { Failure } from '../../../src/run/failure.ts';
import { check, checkEvent, labStart } from '../report/awkward.ts';

const directory = mkdtempSync(join(tmpdir(), 'wirelab-run-'));
afterAll(() => rmSync(directory, { recursive: true }));

let stderr = '';
beforeEach(() => {
  stderr = '';
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

let count = 0;
async function run(
  work: LabRun['work'],
  { words = ['same-node'], jobs = 2, ...args }: Partial<Arguments> & { words?: string[] } = {},
): Promise<{ exitCode: number; events: Event[] }> {
  const output = join(directory, `${++count}.json`);
  const defaults: Arguments = {
    json: true,
    verbose: true,
    slow: false,
    strictSkip: false,
    all: false,
    argv: [],
  };
  const exitCode = await runLabs({ ...defaults, output, ...args }, { words, jobs, work });
  const lines = readFileSync(output, 'utf8').trim().split('\n');
  return { exitCode, events: lines.map((line) => JSON.parse(line) as Event) };
}

/** A lab whose checks come to these verdicts. */
const verdicts =
  (...all: Verdict[]): LabRun['work'] =>
  async ({ name }, { emit }) => {
    emit(labStart(name, all.length));
    for (const [index, verdict] of all.entries()) emit(checkEvent(name, check(index + 1, { verdict })));
    return undefined;
  };

const ends = (events: Event[]): unknown[] =>
  events.flatMap((event) => (event.type === 'lab-end' ? [[event.lab, event.outcome]] : []));

describe('a run of labs', () => {
  it.each([
    [['pass', 'pass'], 'good', 0],
    [['pass', 'xfail', 'skip'], 'good', 0],
    [['pass', 'fail', 'skip'], 'failed', 1],
    [['skip', 'skip'], 'skipped', 4],
    [[], 'good', 0],
  ] as [Verdict[], string, number][])('whose checks are %j is %s', async (all, outcome, code) => {
    const { exitCode, events } = await run(verdicts(...all));
    expect(ends(events)).toEqual([['same-node', outcome]]);
    expect(exitCode).toBe(code);
    expect(events.at(-1)).toMatchObject({ type: 'run-end', exitCode: code });
  });

  it('counts a skipped check as failed when told to', async () => {
    expect((await run(verdicts('pass', 'skip'), { strictSkip: true })).exitCode).toBe(1);
    expect((await run(verdicts('pass'), { strictSkip: true })).exitCode).toBe(0);
  });

  it.each([
    ['build', 'not-built', 3],
    ['lacking', 'skipped', 4],
    ['usage', 'invalid', 2],
  ] as const)('says what stood in the way when work fails with %s', async (kind, outcome, code) => {
    const { exitCode, events } = await run(async () => {
      throw new Failure(kind, 'what happened', ['what to do']);
    });
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'lab-end', outcome, reason: 'what happened\nwhat to do' }),
    );
    expect(exitCode).toBe(code);
  });

  it('survives a defect in one lab, says so in one line, and finishes the others', async () => {
    const { exitCode, events } = await run(
      async (lab, context) => {
        if (lab.name === 'same-node') throw new TypeError('x is not a function');
        return verdicts('pass')(lab, context);
      },
      { words: ['same-node', 'flannel-vxlan'], jobs: 1 },
    );
    expect(ends(events)).toEqual([
      ['same-node', 'not-built'],
      ['flannel-vxlan', 'good'],
    ]);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^lab: internal error: x is not a function\n.*WIRELAB_DEBUG=1.*\n$/);
  });

  it('works on so many labs at once, and on each only once', async () => {
    let now = 0;
    let most = 0;
    const seen: string[] = [];
    const { exitCode } = await run(
      async ({ name }) => {
        seen.push(name);
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 20));
        now--;
        return 'pass';
      },
      { words: ['same-node', 'flannel-vxlan', 'labs/same-node', 'flannel-vxlan-current'], jobs: 2 },
    );
    expect(seen).toEqual(['same-node', 'flannel-vxlan', 'flannel-vxlan-current']);
    expect(most).toBe(2);
    expect(exitCode).toBe(0);
  });

  it('touches nothing when one of the lab files is wrong', async () => {
    const work = vi.fn<LabRun['work']>();
    const { exitCode, events } = await run(work, {
      words: ['same-node', 'package.json'.replace('package.json', './package.json')],
    });
    expect(work).not.toHaveBeenCalled();
    expect(exitCode).toBe(2);
    expect(ends(events)).toEqual([['package.json', 'invalid']]);
    expect(stderr).toMatch(/^package\.json:\d+:\d+: /);
  });

  it('touches nothing, not even the report, when there is no such lab', async () => {
    const work = vi.fn<LabRun['work']>();
    await expect(run(work, { words: ['same-node', 'flanel-vxlan'] })).rejects.toThrow(/flannel-vxlan/);
    expect(work).not.toHaveBeenCalled();
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('stops at %s, begins nothing more, and says so', async (signal, code) => {
    const { exitCode, events } = await run(
      async (_lab, context) => {
        process.kill(process.pid, signal);
        await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
        context.signal.throwIfAborted();
        return undefined;
      },
      { words: ['same-node', 'flannel-vxlan'], jobs: 1 },
    );
    expect(exitCode).toBe(code);
    expect(ends(events)).toEqual([
      ['same-node', 'interrupted'],
      ['flannel-vxlan', 'interrupted'],
    ]);
    expect(events).toContainEqual(expect.objectContaining({ type: 'lab-end', reason: signal }));
  });

  it('without its report is not good', async () => {
    const reporter = { output: '/dev/full', reporter: 'tap' } as const;
    const defaults: Arguments = {
      json: false,
      verbose: false,
      slow: false,
      strictSkip: false,
      all: false,
      argv: [],
    };
    const exitCode = await runLabs(
      { ...defaults, ...reporter },
      { words: ['same-node'], jobs: 1, work: verdicts('pass') },
    );
    expect(exitCode).toBe(3);
    expect(stderr).toContain('cannot write the report to /dev/full');
  });
});

import { describe, expect, test } from 'vitest';
import { Cleanup } from '../../../src/run/cleanup.ts';
import { jobText, parseAnswers } from '../../../src/run/job.ts';
import { limited } from '../../../src/run/limit.ts';
import { until } from '../../../src/run/until.ts';

describe('cleanup', () => {
  test('undoes last in, first out, also when an undo fails, and then throws the first failure', async () => {
    const done: string[] = [];
    const use = async () => {
      await using cleanup = new Cleanup();
      cleanup.defer(() => done.push('one'));
      cleanup.defer(() => {
        throw new Error('two failed');
      });
      cleanup.defer(async () => done.push('three'));
    };
    await expect(use()).rejects.toThrow('two failed');
    expect(done).toEqual(['three', 'one']);
  });

  test('undoes nothing that was kept', async () => {
    const done: string[] = [];
    {
      await using cleanup = new Cleanup();
      cleanup.defer(() => done.push('one'));
      cleanup.keep();
    }
    expect(done).toEqual([]);
  });
});

describe('until', () => {
  test('returns the first answer', async () => {
    expect(await until((attempt) => (attempt === 3 ? attempt : undefined), { timeoutMs: 1000 })).toBe(3);
  });

  test('asks at least once, and gives up at the deadline', async () => {
    let asked = 0;
    expect(await until(() => void asked++, { timeoutMs: 0 })).toBeUndefined();
    expect(asked).toBe(1);
  });

  test('stops when it is told to', async () => {
    await expect(
      until(() => undefined, { timeoutMs: 10_000, signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
  });
});

describe('limited', () => {
  test('keeps the order of the results and never runs more than its width', async () => {
    let running = 0;
    let most = 0;
    const results = await limited(3, [5, 1, 4, 2, 3], async (item) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, item));
      running--;
      return item * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(3);
  });

  test('starts nothing more after a failure, and lets the running ones end', async () => {
    const started: number[] = [];
    const ended: number[] = [];
    const work = limited(2, [1, 2, 3, 4], async (item) => {
      started.push(item);
      if (item === 1) throw new Error('first');
      await new Promise((resolve) => setTimeout(resolve, 5));
      ended.push(item);
    });
    await expect(work).rejects.toThrow('first');
    expect(started).toEqual([1, 2]);
    expect(ended).toEqual([2]);
  });
});

describe('jobs', () => {
  test('go over with lengths, so that words may hold anything', () => {
    expect(jobText(7, 'turns', { argv: ['echo', 'a b\n$(x)', ''] }).toString()).toBe(
      'job 7 turns - 0 0 14 0\necho\0a b\n$(x)\0',
    );
    expect(
      jobText(8, 'now', {
        argv: ['cat'],
        namespace: 'node1',
        input: 'é\n',
        env: { LC_ALL: 'C' },
        timeoutMs: 0.5,
      }).toString(),
    ).toBe('job 8 now node1 1 1 12 3\nLC_ALL=C\0caté\n');
  });

  const bytes = Buffer.from('end 1 0 0 1500 3 2\nab\nxyend 0 137 1 10 0 0\n');
  const answers = [
    { number: 1, exitCode: 0, timedOut: false, durationMs: 1.5, stdout: 'ab\n', stderr: 'xy' },
    { number: 0, exitCode: 137, timedOut: true, durationMs: 0.01, stdout: '', stderr: '' },
  ];

  test('come back with their outputs apart', () => {
    expect(parseAnswers(bytes)).toEqual({ answers, rest: Buffer.alloc(0) });
  });

  test('come back in pieces, wherever they are cut', () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      const first = parseAnswers(bytes.subarray(0, cut));
      const second = parseAnswers(Buffer.concat([first.rest, bytes.subarray(cut)]));
      expect([...first.answers, ...second.answers]).toEqual(answers);
      expect(second.rest).toHaveLength(0);
    }
  });
});

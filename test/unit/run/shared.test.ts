import { expect, test } from 'vitest';
import { shared } from '../../../src/run/shared.ts';

test('who asks while a reading is under way gets the next one, and all who wait get the same', async () => {
  const finish: (() => void)[] = [];
  let begun = 0;
  const ask = shared(async () => {
    const number = ++begun;
    await new Promise<void>((resolve) => finish.push(resolve));
    return number;
  });
  const first = ask();
  await new Promise(setImmediate);
  const later = [ask(), ask()];
  await new Promise(setImmediate);
  expect(begun).toBe(1);
  finish[0]?.();
  expect(await first).toBe(1);
  await new Promise(setImmediate);
  finish[1]?.();
  expect(await Promise.all(later)).toEqual([2, 2]);
});

test('a reading that fails fails those who asked for it, and not the next', async () => {
  let begun = 0;
  const ask = shared(async () => {
    if (++begun === 1) throw new Error('the table is gone');
    return begun;
  });
  await expect(ask()).rejects.toThrow('the table is gone');
  expect(await ask()).toBe(2);
});

import { expect, it } from 'vitest';
import { wordsInside } from '../../../src/run/words-inside.ts';

it('a command in a namespace is told as a person would type it', () => {
  expect(wordsInside('node1', ['ip', '-batch', '-'])).toEqual(['ip', '-n', 'node1', '-batch', '-']);
  expect(wordsInside('node1', ['bridge', 'fdb'])).toEqual(['bridge', '-n', 'node1', 'fdb']);
  expect(wordsInside('node1', ['iptables-save'])).toEqual(['ip', 'netns', 'exec', 'node1', 'iptables-save']);
});

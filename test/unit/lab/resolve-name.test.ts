import { describe, expect, it } from 'vitest';
import { resolveName } from '../../../src/lab/resolve-name.ts';
import { Failure } from '../../../src/run/failure.ts';

const names = [
  'node1',
  'node2',
  'gateway',
  'data-product-6664c6dcb9-4zk27',
  'data-product-6664c6dcb9-7bn7p',
  'web',
  'web-2',
  'shop.db',
];

function refused(word: string): Failure {
  try {
    resolveName(word, names);
  } catch (error) {
    if (error instanceof Failure) return error;
  }
  throw new Error(`${word} was not refused`);
}

describe('a word for a namespace', () => {
  it.each([
    ['node1', 'node1'],
    ['web', 'web'],
    ['gate', 'gateway'],
    ['data-product-6664c6dcb9-7', 'data-product-6664c6dcb9-7bn7p'],
    ['shop.db', 'shop.db'],
    ['db', 'shop.db'],
  ])('%s is %s', (word, name) => {
    expect(resolveName(word, names)).toBe(name);
  });

  it('that fits several is refused with all of them', () => {
    expect(refused('data-product').message).toBe(
      '"data-product" is ambiguous: it may be data-product-6664c6dcb9-4zk27, data-product-6664c6dcb9-7bn7p',
    );
    expect(refused('node').kind).toBe('usage');
    expect(refused('we').message).toContain('web, web-2');
  });

  it('that fits none is refused with the nearest, and all there are', () => {
    const { message, hints } = refused('node3');
    expect(message).toContain('did you mean node1 or node2?');
    expect(hints.join('\n')).toContain('gateway');
    expect(refused('').kind).toBe('usage');
    expect(refused('\u001b[31m').message).toContain(String.raw`\u001b`);
  });
});

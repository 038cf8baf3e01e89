import { expect, it } from 'vitest';
import { commands } from '../../../src/cli/command.ts';
import { argumentsOf } from '../../../src/cli/parser.ts';
import { sortedWords } from '../../../src/cli/words.ts';

async function read(...words: string[]) {
  const sorted = sortedWords(words, () => false);
  if (sorted.kind !== 'words' || !sorted.command) throw new Error(words.join(' '));
  expect(commands).toContain(sorted.command);
  return await argumentsOf(sorted.command, sorted);
}

it('all labs of a command line are read, not only the last', async () => {
  const want = { labs: ['one', 'two', 'three'], jobs: 2 };
  expect(await read('test', 'one', 'two', 'three', '--jobs=2')).toMatchObject(want);
  expect((await read('test', '--all')).labs).toBeUndefined();
});

it('all words of a capture are read, whatever they are', async () => {
  const words = ['node1/eth0', '100', '<', 'len', 'and', '(', 'icmp', 'or', '!', 'arp', ')'];
  expect(await read('capture', 'lab', ...words, '-c', '5', '--outer', '--for=5s')).toMatchObject({
    lab: 'lab',
    places: words,
    count: 5,
    outer: true,
    for: '5s',
  });
});

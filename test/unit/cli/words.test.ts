import { describe, expect, it } from 'vitest';
import { sortedWords } from '../../../src/cli/words.ts';

const isLab = (word: string): boolean => word === 'flannel-vxlan' || word.includes('/');
const sort = (...words: string[]): ReturnType<typeof sortedWords> => sortedWords(words, isLab);

function good(...words: string[]): {
  command: string | undefined;
  own: string[];
  options: string[];
  argv: string[];
  help: boolean;
} {
  const sorted = sort(...words);
  if (sorted.kind !== 'words') throw new Error(JSON.stringify(sorted));
  const { command, own, options, argv, help } = sorted;
  return { command: command?.name, own, options, argv, help };
}

function problem(...words: string[]): string {
  const sorted = sort(...words);
  if (sorted.kind !== 'wrong-option') throw new Error(JSON.stringify(sorted));
  return sorted.problem;
}

describe('a command line', () => {
  it('that is a lab runs it', () => {
    expect(good('flannel-vxlan')).toMatchObject({ command: 'run', own: ['flannel-vxlan'] });
    expect(good('./mine/lab.yaml')).toMatchObject({ command: 'run', own: ['./mine/lab.yaml'] });
    expect(good('run', 'flannel-vxlan')).toMatchObject({ command: 'run', own: ['flannel-vxlan'] });
  });

  it('may have its options anywhere', () => {
    const want = { command: 'run', own: ['flannel-vxlan'], options: ['--json=true', '--output=x y'] };
    expect(good('--json', 'flannel-vxlan', '--output', 'x y')).toMatchObject(want);
    expect(good('--json', '--output=x y', 'flannel-vxlan')).toMatchObject(want);
    expect(good('flannel-vxlan', '--json=true', '--output', 'x y')).toMatchObject(want);
  });

  it('asks for help', () => {
    expect(good('--help')).toMatchObject({ command: undefined, help: true });
    expect(good('help')).toMatchObject({ command: undefined, help: true });
    expect(good('help', 'test')).toMatchObject({ command: 'test', help: true });
    expect(good('test', '-h')).toMatchObject({ command: 'test', help: true });
  });

  it('whose first word means nothing is not guessed at', () => {
    expect(sort('flanel', '--json')).toEqual({ kind: 'strange-word', word: 'flanel' });
    expect(sort('', 'x')).toEqual({ kind: 'strange-word', word: '' });
  });

  it('with an option that there is not names the nearest one that the command has', () => {
    expect(problem('test', '--jbos=3')).toContain('did you mean --jobs?');
    expect(problem('flannel-vxlan', '--vrebose')).toContain('did you mean --verbose?');
    expect(problem('--reprter', 'tap', 'flannel-vxlan')).toContain('did you mean --reporter?');
    expect(problem('list', '--jobs=3')).toMatch(/no option --jobs=3 for list; there are .*--json/);
    expect(problem('flannel-vxlan', '-x')).toContain('no option -x');
    expect(problem('flannel-vxlan', '-vh')).toContain('no option -vh');
  });

  it.each([
    [['test', '--all', '--jobs', 'many'], '--jobs needs a whole number'],
    [['test', '--all', '--jobs=0'], '--jobs needs a whole number'],
    [['test', '--all', '--jobs'], '--jobs needs a value'],
    [['test', '--all', '--output', '--jobs=2'], '--output needs a value'],
    [['test', '--all', '--output='], '--output needs a value'],
    [['test', '--all', '--reporter=tapp'], 'did you mean tap?'],
    [['test', '--all', '--json=maybe'], '--json takes no value'],
  ])('%j is refused: %s', (words, message) => {
    expect(problem(...words)).toContain(message);
  });

  it('of capture has places and a filter, options before, between or behind them', () => {
    const own = ['flannel-vxlan', 'node1/eth0', 'icmp', 'or', 'arp'];
    const want = { command: 'capture', own, options: ['--count=3', '--write=-'], argv: [] };
    expect(good('capture', '-c', '3', '-w', '-', ...own)).toMatchObject(want);
    const [lab = '', place = '', ...filter] = own;
    expect(good('capture', lab, '-c', '3', place, '-w', '-', ...filter)).toMatchObject(want);
    expect(good('capture', ...own, '--count=3', '--write=-')).toMatchObject(want);
    expect(good('capture', 'flannel-vxlan', 'node1', '--', '-1', '<', 'len')).toMatchObject({
      own: ['flannel-vxlan', 'node1'],
      argv: ['-1', '<', 'len'],
    });
  });

  it('keeps words behind -- as words', () => {
    expect(good('down', '--', '--all')).toMatchObject({ own: ['--all'], options: [] });
  });
});

describe('what exec is to run', () => {
  const awkward = [
    '',
    ' ',
    '--',
    '-x',
    '--help',
    '--json',
    "it's",
    '$(id)',
    '`id`',
    '"',
    '\\',
    '*',
    'a=b',
    '\n',
    '☃',
    '\ud800',
    '-',
  ];

  it('comes through unchanged, whatever it is', () => {
    const argv = ['printf', ...awkward];
    expect(good('exec', 'flannel-vxlan', 'node1', '--', ...argv)).toMatchObject({
      own: ['flannel-vxlan', 'node1'],
      argv,
      help: false,
    });
    expect(good('exec', 'flannel-vxlan', 'node1', ...argv)).toMatchObject({
      own: ['flannel-vxlan', 'node1'],
      argv,
      help: false,
    });
  });

  it.each(awkward)('may be %j', (word) => {
    expect(good('exec', 'flannel-vxlan', 'node1', '--', word)).toMatchObject({
      argv: [word],
      options: [],
      help: false,
    });
  });

  it('is separated from our own options, which may stand anywhere before it', () => {
    expect(
      good('exec', '--verbose', 'flannel-vxlan', '--json', 'node1', '-v', '--', 'ip', '-d', 'link'),
    ).toMatchObject({
      own: ['flannel-vxlan', 'node1'],
      options: ['--verbose=true', '--json=true', '--verbose=true'],
      argv: ['ip', '-d', 'link'],
    });
    expect(good('exec', 'flannel-vxlan', 'node1', 'ip', '-v')).toMatchObject({
      options: [],
      argv: ['ip', '-v'],
    });
    expect(good('--json', 'exec', 'flannel-vxlan', 'node1', 'ip')).toMatchObject({
      options: ['--json=true'],
      argv: ['ip'],
    });
  });

  it('loses no -- of its own', () => {
    expect(good('exec', 'l', 'n', '--', 'sh', '-c', 'echo', '--', 'x').argv).toEqual([
      'sh',
      '-c',
      'echo',
      '--',
      'x',
    ]);
    expect(good('exec', 'l', 'n', 'sh', '--', 'x').argv).toEqual(['sh', '--', 'x']);
    expect(good('exec', 'l', 'n', '--', '--').argv).toEqual(['--']);
  });

  it('may be missing, and so may the place: both are known', () => {
    expect(good('exec', 'l', 'n')).toMatchObject({ own: ['l', 'n'], argv: [] });
    expect(good('exec', 'l', '--', 'ip')).toMatchObject({ own: ['l'], argv: ['ip'] });
  });
});

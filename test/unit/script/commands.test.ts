import { describe, expect, it, test } from 'vitest';
import { emptyNamespace, type KernelState } from '../../../src/kernel/state.ts';
import { ruleWords } from '../../../src/kernel/iptables.ts';
import { run } from '../../../src/run/command.ts';
import { commandText } from '../../../src/script/command-text.ts';
import { comment } from '../../../src/script/comment.ts';
import { forks } from '../../../src/script/drawing.ts';
import { names } from '../../../src/script/names.ts';
import { sections } from '../../../src/script/sections.ts';

const reason = { owner: 'flannel', why: 'a test' } as const;

/** What bash makes of a text: the words of each command, which is only printed. */
async function wordsOf(text: string): Promise<string[][]> {
  const show = ['ip', 'bridge', 'mkdir'].map(
    (name) => `${name}() { printf '%s\\0' ${name} "$@"; printf '\\n\\0'; }`,
  );
  const got = await run(['bash', '-c', `${show.join('\n')}\n${text}`], {});
  expect(got).toMatchObject({ exitCode: 0, stderr: '' });
  const words: string[][] = [];
  let command: string[] = [];
  for (const word of got.stdout.split('\0').slice(0, -1)) {
    if (word === '\n') words.push(command);
    command = word === '\n' ? [] : [...command, word];
  }
  return words;
}

describe('a command as text', () => {
  it.each([
    [['ip', '-n', 'a b', 'link', 'set', '$(reboot)', 'up']],
    [['ip', 'netns', 'add', "it's", '`id`', '*', '#', '~', '', '!', '\\', ';', '&', 'a\nb']],
    [['ip', '-n', 'ü-λ', 'link', 'add', '\u202edrawkcab', '\u001b[31m']],
    [
      [
        'ip',
        'netns',
        'exec',
        'node1',
        'iptables',
        '-A',
        'X',
        '!',
        '-s',
        '10.0.0.0/8',
        '-m',
        'comment',
        '--comment',
        'x '.repeat(60),
        '-j',
        'RETURN',
      ],
    ],
    [['ip', 'link', 'add', 'name', 'x'.repeat(60), 'type', 'veth', 'peer', 'name', 'y'.repeat(60)]],
    [['bridge', '-n', 'n', 'x'.repeat(200)]],
  ])('means to bash what it says: %j', async (argv) => {
    expect(await wordsOf(commandText(argv))).toEqual([argv]);
  });

  test('is broken where a person would, when it is long', () => {
    const words = 'link add name eth0 netns pod index 2 mtu 1500 address 02:00:00:00:00:01 type veth';
    const peer = 'peer name veth1 netns node index 102 mtu 1500 address 02:00:00:00:00:02';
    expect(commandText(['ip', ...`${words} ${peer}`.split(' ')])).toBe(`ip ${words} \\\n  ${peer}\n`);
    expect(commandText(['ip', ...words.split(' ')])).toBe(`ip ${words}\n`);
  });
});

test('whatever a name holds, only what was meant is run', async () => {
  const evil = ["a'b", '$(touch no)', 'a b', '`x`', 'a;b'];
  const state: KernelState = {
    namespaces: evil.map((name) => ({
      ...emptyNamespace(name, 'host'),
      addresses: [{ ...reason, owner: 'underlay', dev: 'eth0', address: '192.0.2.1/24' }],
      iptables: [
        { ...reason, table: 'filter', chain: 'OWN', rule: '-m comment --comment "a \\"b\\" $HOME" -j DROP' },
      ],
    })),
  };
  const all = sections(state).flatMap(({ parts }) =>
    parts.flatMap(({ steps }) => steps.flatMap((step) => step.commands)),
  );
  expect(await wordsOf(all.map(commandText).join(''))).toEqual([
    ...evil.flatMap((name) => [
      ['ip', 'netns', 'add', name],
      ['ip', '-n', name, 'link', 'set', 'lo', 'up'],
      ['ip', '-n', name, 'address', 'add', '192.0.2.1/24', 'dev', 'eth0'],
    ]),
    ...evil.flatMap((name) => [
      ['ip', 'netns', 'exec', name, 'iptables', '-t', 'filter', '-N', 'OWN'],
      [
        'ip',
        'netns',
        'exec',
        name,
        'iptables',
        '-t',
        'filter',
        '-A',
        'OWN',
        '-m',
        'comment',
        '--comment',
        'a "b" $HOME',
        '-j',
        'DROP',
      ],
    ]),
  ]);
});

test('a chain is made before the rule that jumps to it, once, and a policy is set', () => {
  const rules = [
    { table: 'filter', chain: 'FORWARD', rule: '', policy: 'DROP' },
    { table: 'filter', chain: 'FORWARD', rule: '-j ONE' },
    { table: 'filter', chain: 'ONE', rule: '-j TWO' },
    { table: 'filter', chain: 'TWO', rule: '-j ACCEPT' },
    { table: 'nat', chain: 'ONE', rule: '' },
  ] as const;
  const node = { ...emptyNamespace('n', 'node'), iptables: rules.map((rule) => ({ ...rule, ...reason })) };
  const commands = sections({ namespaces: [node] })
    .filter(({ title }) => title === 'flannel')
    .flatMap(({ parts }) => parts.flatMap(({ steps }) => steps.flatMap((step) => step.commands)))
    .map((argv) => argv.slice(6).join(' '));
  expect(commands).toEqual([
    'filter -P FORWARD DROP',
    'filter -N ONE',
    'filter -A FORWARD -j ONE',
    'filter -N TWO',
    'filter -A ONE -j TWO',
    'filter -A TWO -j ACCEPT',
    'nat -N ONE',
  ]);
});

// iptables-extensions(8) and xtables' own quoting: a word with spaces is in double quotes, a quote or backslash in it behind a backslash.
test.each([
  ['-s 10.0.0.0/8 -j RETURN', ['-s', '10.0.0.0/8', '-j', 'RETURN']],
  ['-m comment --comment "flanneld masq" -j X', ['-m', 'comment', '--comment', 'flanneld masq', '-j', 'X']],
  [String.raw`--comment "say \"hi\" \\ there"`, ['--comment', String.raw`say "hi" \ there`]],
  ['--comment ""', ['--comment', '']],
  ['', []],
])('the words of the rule %j', (rule, words) => {
  expect(ruleWords(rule)).toEqual(words);
});

test('files of /etc are written as they are, whatever they hold', async () => {
  const text = "END\n$HOME `x` it's\n\ttab\n";
  const files = { hosts: text, 'odd name': 'no line feed at the end', binary: 'a\u0001b\n' };
  const commands = names({ namespaces: [{ ...emptyNamespace('n', 'node'), files }] });
  const show = 'mkdir() { :; }; cat() { command cat; printf "\\0"; }';
  const got = await run(
    ['bash', '-c', `${show}\n${commands.replaceAll(/>(\/etc\S*|'\/etc[^']*')/g, '')}`],
    {},
  );
  expect(got.stdout).toBe(
    Object.values(files)
      .map((content) => `${content}\0`)
      .join(''),
  );
});

test('nothing in a comment gets out of it', async () => {
  const text = comment(['one\nrm -rf /\r\u2028x', '\u001b[2J', '$(x) `y`']);
  expect(text.split('\n').filter((line) => line !== '')).toHaveLength(3);
  expect(await wordsOf(text)).toEqual([]);
});

test('a picture shows twelve branches and counts the others; among many stems only three lines each', () => {
  const branches = Array.from({ length: 40 }, (_, index) => `b${index}`);
  expect(
    forks([
      { stem: 's', branches: ['a', 'b'] },
      { stem: 'long', branches: ['c'] },
      { stem: 'none', branches: [] },
    ]),
  ).toEqual(['s    ─┬─ a', '      └─ b', 'long ─── c', 'none']);
  const one = forks([{ stem: 's', branches }]);
  expect(one).toHaveLength(12);
  expect(one.at(-1)).toBe('   └─ … and 29 more');
  const many = forks(Array.from({ length: 100 }, () => ({ stem: 's', branches })));
  expect(many).toHaveLength(300);
  expect(many[2]).toBe('   └─ … and 38 more');
});

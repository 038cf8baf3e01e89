import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shellCommand, shellQuote } from '../../../src/run/shell-quote.ts';

/** What bash makes of the words, as it would run them: the one judge of quoting. */
function bash(script: string): { words: string[]; stdin: string } {
  const show = 'show() { printf "%s\\0" "$@"; printf "\\1"; cat; }\n';
  const result = spawnSync('bash', ['--norc', '-c', show + script], {
    env: { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] },
  });
  expect(result.stderr.toString()).toBe('');
  const [words = '', stdin = ''] = result.stdout.toString().split('\x01');
  return { words: words.split('\0').slice(0, -1), stdin };
}

const awkward = [
  '',
  ' ',
  'plain',
  'two words',
  "it's",
  "''",
  '"double"',
  '$HOME',
  '$(touch /tmp/never)',
  '`id`',
  'a\\b',
  'back\\',
  'semi;colon',
  'amp&',
  'pipe|',
  '<in >out',
  '*?[a-z]',
  '{a,b}',
  '~root',
  '~',
  '#comment',
  '!history',
  '-n',
  '--',
  'a=b',
  '^x',
  'line\nfeed',
  'tab\there',
  '\x1b[31mred\x1b[0m',
  'bell\x07 and digits\x1b12ab',
  "controls and quote\x1b'\\",
  'é ü 日本 🐳',
  'evil\u202etxt',
  '\u2028',
  '%s%n',
  '(sub)',
  'x'.repeat(100_000),
];

describe('a command as it could be typed', () => {
  it('gives bash back every argument unchanged', () => {
    const words = awkward.map((word) => shellQuote(word));
    expect(bash(`show ${words.join(' ')} </dev/null`).words).toEqual(awkward);
  });

  it('gives bash back every argument unchanged when only ASCII may be printed', () => {
    const words = awkward.map((word) => shellQuote(word, { ascii: true }));
    expect(words.join('')).toMatch(/^[\x20-\x7e]*$/);
    expect(bash(`show ${words.join(' ')} </dev/null`).words).toEqual(awkward);
  });

  it('gives bash back random arguments unchanged', () => {
    let seed = 20240501;
    const random = (below: number): number => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % below;
    const alphabet = Array.from(' \'"\\$`!*?[]{}()<>|&;#~=%\n\t\x1b\x7f\u009bab1\u00e9\u200b-');
    const words = Array.from({ length: 500 }, () =>
      Array.from({ length: random(12) }, () => alphabet[random(alphabet.length)]).join(''),
    );
    const quoted = words.map((word) => shellQuote(word));
    expect(bash(`show ${quoted.join(' ')} </dev/null`).words).toEqual(words);
  });

  it('leaves the words of ip, bridge and iptables as the documents print them', () => {
    const argv = 'ip -n node1 route replace 172.30.9.0/24 via 192.168.0.22 dev eth0 proto static'.split(' ');
    expect(shellCommand(argv)).toBe(argv.join(' '));
    expect(shellCommand(['sysctl', '-w', 'net.ipv4.ip_forward=1'])).toBe('sysctl -w net.ipv4.ip_forward=1');
  });

  it('is not taken for an assignment or a reserved word', () => {
    expect(shellCommand(['a=b', 'c'])).toBe("'a=b' c");
    expect(shellCommand(['time', 'ls'])).toBe("'time' ls");
  });

  it.each([
    ['a batch', 'link add br0 type bridge\nlink set br0 up\n'],
    ['a batch with everything that a shell would expand', 'echo $HOME `id` $(id) \\ "x" \'y\'\n'],
    ['a batch that has the end mark in it', 'END\nEND2\n EN\n'],
    ['input without a line feed at its end', 'no line feed'],
    ['input with control characters', 'a\x1b[31mb\n'],
    ['input with percent signs and quotes, unterminated', "100% 'x' \\n"],
    ['no input at all', ''],
    ['an empty line', '\n'],
  ])('hands over %s on standard input', (_what, input) => {
    expect(bash(shellCommand(['show', 'two words'], input))).toEqual({ words: ['two words'], stdin: input });
  });

  it('shows nothing that a terminal would obey', () => {
    for (const word of [...awkward, '\ud800 lone']) {
      expect(shellCommand(['x', word], word)).not.toMatch(/[^\P{Cc}\n\t]|\p{Cf}|\p{Cs}/u);
    }
  });
});

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../src/run/until.ts';
import { randomFrom } from '../helpers/random.ts';
import { seed } from '../helpers/moments.ts';
import { processesOf } from '../helpers/host-snapshot.ts';
import { playedHost, type HostOptions, type PlayedHost } from '../helpers/played-host.ts';
import { commandsOf, expectCommands, good } from '../helpers/running-lab.ts';

describe.skipIf(process.getuid?.() !== 0)('exec', () => {
  let host: PlayedHost;
  let commands: string[];
  beforeAll(async () => {
    host = await playedHost();
    await good(host, ['up', 'same-node']);
    commands = commandsOf(host);
    return () => host[Symbol.asyncDispose]();
  });
  const inside = (argv: readonly string[], options?: HostOptions) =>
    host.lab(['exec', 'same-node', 'node1', '--', ...argv], options);
  const home = () => join(host.directory, 'home/root');

  const awkward = [
    '',
    ' ',
    '  two  spaces ',
    "it's",
    '"quoted"',
    '$(touch x)',
    '`touch x`',
    '$HOME',
    '; touch x',
    '&& touch x',
    '| cat',
    '> x',
    '*',
    '?',
    '~',
    '[a-z]',
    '{a,b}',
    'line\nfeed',
    'tab\there',
    '\\',
    'back\\slash\\n',
    '-n',
    '--',
    '--help',
    '--json',
    '-',
    '!1',
    '#no comment',
    'ünïcødé 网络',
    '\u0001\u001b[31m',
    '%s%n',
    'a=b',
  ];
  const echo = ['perl', '-e', 'print map { "$_\\0" } @ARGV', '--'];

  test('hands arguments over as they came: no shell reads them', async () => {
    const got = await inside([...echo, ...awkward]);
    expect(got).toMatchObject({ exitCode: 0, stderr: '' });
    expect(got.stdout.split('\0').slice(0, -1)).toEqual(awkward);
    expect(readdirSync(host.path(home()))).not.toContain('x');
    expect((await inside(['sh', '-c', 'ls -A / /run /etc'])).stdout.split('\n')).not.toContain('x');
  });

  test('takes any word of the command as a word of the command', async () => {
    expect(await inside(['echo', '--verbose', '--json', '-h'])).toMatchObject({
      exitCode: 0,
      stdout: '--verbose --json -h\n',
    });
    const without = await host.lab(['exec', 'same-node', 'node1', 'echo', '--json']);
    expect(without).toMatchObject({ exitCode: 0, stdout: '--json\n' });
  });

  const signals = { HUP: 1, INT: 2, QUIT: 3, ABRT: 6, KILL: 9, USR1: 10, SEGV: 11, PIPE: 13, TERM: 15 };
  const endings: [number, string[]][] = [
    ...[0, 1, 2, 42, 124, 125, 126, 127, 128, 130, 255].map((code): [number, string[]] => [
      code,
      ['sh', '-c', `exit ${code}`],
    ]),
    ...Object.entries(signals).map(([name, number]): [number, string[]] => [
      128 + number,
      ['sh', '-c', `ulimit -c 0; kill -${name} $$`],
    ]),
    [127, ['no-such-program']],
    [127, ['/no/such/program']],
    [127, ['']],
    [126, ['/etc/passwd']],
    [126, ['/etc']],
  ];
  test.each(endings)('ends with %i after %j', async (code, argv) => {
    expect((await inside(argv)).exitCode).toBe(code);
  });

  test.each([
    [['exec', 'flannel-vxlan', 'node1', '--', 'true'], /flannel-vxlan is not running/],
    [['exec', 'same-node', 'node7', '--', 'true'], /node7/],
    [['exec', 'same-node', 'pod', '--', 'true'], /pod1.*pod2/s],
    [['exec', 'same-node', 'node1', '--'], /exec needs a command/],
    [['exec', 'no-lab-of-this-name', 'node1', '--', 'true'], /no-lab-of-this-name/],
  ])('ends with 125 and says why: %j', async (words, why) => {
    const got = await host.lab(words);
    expect(got).toMatchObject({ exitCode: 125, stdout: '' });
    expect(got.stderr).toMatch(why);
  });

  test('passes input and output through, whatever bytes they are', async () => {
    const random = randomFrom(seed);
    const bytes = Buffer.concat([
      Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
      Buffer.from(Array.from({ length: 1_000_003 }, () => Math.floor(random() * 256))),
    ]);
    const got = await inside(['cat'], { input: bytes });
    expect(got.exitCode).toBe(0);
    expect(Buffer.compare(Buffer.from(got.stdoutBytes), bytes)).toBe(0);
    expect(await inside(['sh', '-c', 'echo out; echo err >&2'])).toMatchObject({
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await inside(['wc', '-c'], { input: '' })).toMatchObject({ exitCode: 0, stdout: '0\n' });
  });

  const family = 'setsid sleep 4801 & (setsid sleep 4802 &) & sleep 4803 & exec sleep 4804';
  const sleepers = () => processesOf(host).filter(({ words }) => /^sleep 480\d$/.test(words));

  test.each([
    ['SIGKILL', 'process', 137],
    ['SIGKILL', 'group', 137],
    ['SIGTERM', 'process', 143],
    ['SIGTERM', 'group', 143],
    ['SIGHUP', 'group', 129],
  ] as const)(
    'and %s to its %s end children, grandchildren and those that left the session',
    async (signal, whom, code) => {
      const started = await host.startLab(['exec', 'same-node', 'node1', '--', 'sh', '-c', family]);
      expect(await until(() => sleepers().length === 4 || undefined, { timeoutMs: 10_000 })).toBe(true);
      started.kill(signal, whom);
      expect((await started.ended).exitCode).toBe(code);
      await expectCommands(host, commands);
    },
  );

  test('Ctrl-C is the business of the command', async () => {
    const script = 'trap "echo caught; exit 7" INT; echo ready; while :; do sleep 0.05; done';
    const started = await host.startLab(['exec', 'same-node', 'node1', '--', 'bash', '-c', script]);
    await until(() => processesOf(host).some(({ words }) => words === 'sleep 0.05') || undefined, {
      timeoutMs: 10_000,
    });
    started.kill('SIGINT', 'group');
    expect(await started.ended).toMatchObject({ exitCode: 7, stdout: 'ready\ncaught\n' });
    await expectCommands(host, commands);
  });

  test('what a command leaves running ends with it', async () => {
    const got = await inside([
      'sh',
      '-c',
      'exec >/dev/null 2>&1 </dev/null; setsid sleep 4801 & (sleep 4802 &) & exit 5',
    ]);
    expect(got.exitCode).toBe(5);
    await expectCommands(host, commands);
  });

  test('a shell at a terminal says where it is, and leaves when told', async () => {
    const words = ['shell', 'same-node', 'pod1'].join(' ');
    const bin = join(host.directory, 'checkout/bin/lab');
    const started = await host.start(['script', '-qec', `${bin} ${words}`, '/dev/null'], {
      typing: true,
      env: { TERM: 'dumb' },
    });
    started.type('echo $((4800 + 1)); hostname; exit 9\n');
    const got = await started.ended;
    expect(got.exitCode).toBe(9);
    expect(got.stdout).toMatch(/\[pod1\.same-node\] .*# /);
    expect(got.stdout).toMatch(/4801\r\npod1\r\n/);
    await expectCommands(host, commands);
  });
});

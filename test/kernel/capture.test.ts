import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../src/run/until.ts';
import { playedHost, type HostResult, type PlayedHost, type User } from '../helpers/played-host.ts';
import { commandsOf, expectCommands, good } from '../helpers/running-lab.ts';

const FROM = 'business-manager-666f454f7f-7l86b';
const TO = 'data-product-6664c6dcb9-tkmms';

/** Programs by their name, so that no tool takes them for dependencies of this project. */
const printed = (program: string, argv: readonly string[]) => execaSync(program, argv).stdout;
const hasWireshark = ['tshark', 'capinfos'].every(
  (program) => !execaSync(program, ['--version'], { reject: false }).failed,
);

let host: PlayedHost;
let commands: string[];
beforeAll(async () => {
  host = await playedHost();
  await good(host, ['up', 'flannel-vxlan']);
  // The first packet has been: nobody has to ask for a MAC any more.
  await ping();
  commands = commandsOf(host);
});
afterAll(() => host[Symbol.asyncDispose]());

async function ping(count = 1, user: User = 'root'): Promise<void> {
  const argv = ['ping', '-q', '-c', String(count), '-i', '0.02', '172.30.9.2'];
  await good(host, ['exec', 'flannel-vxlan', FROM, '--', ...argv], { user });
}

let captures = 0;

interface Running {
  kill(signal: NodeJS.Signals): void;
  /** What it has said so far, on standard output and standard error. */
  stdout: () => string;
  stderr: () => string;
  ended: Promise<HostResult>;
}

/** A capture that listens: what is sent from now on is seen. `reader`: what its standard output goes through. */
async function capture(words: string, { user = 'root' as User, reader = '' } = {}): Promise<Running> {
  const home = join(host.directory, 'home', user);
  const number = ++captures;
  const files = { stdout: join(home, `stdout.${number}`), stderr: join(home, `stderr.${number}`) };
  const lab = `${join(host.directory, 'checkout/bin/lab')} capture ${words} 2>${files.stderr}`;
  // Without a reader the process that is started becomes the capture itself.
  const script =
    reader === '' ? `exec ${lab} >${files.stdout}` : `set -o pipefail; ${lab} | ${reader} >${files.stdout}`;
  const started = await host.start(['bash', '-c', script], { user });
  const said = (file: string) => {
    try {
      return readFileSync(host.path(file), 'utf8');
    } catch {
      return '';
    }
  };
  const listens = await until(() => (said(files.stderr).includes('listening on ') ? true : undefined), {
    timeoutMs: 15_000,
  });
  if (!listens) throw new Error(`capture ${words} does not listen: ${said(files.stderr)}`);
  return {
    kill: (signal) => started.kill(signal),
    stdout: () => said(files.stdout),
    stderr: () => said(files.stderr),
    ended: started.ended,
  };
}

/** Ctrl-C, which is a good end. */
async function stopped(running: Running): Promise<string[]> {
  running.kill('SIGINT');
  const { exitCode } = await running.ended;
  expect(exitCode, running.stderr()).toBe(0);
  return lines(running.stdout());
}

const lines = (text: string) => text.split('\n').slice(0, -1);

/** A line's columns: time, place, direction, words. */
function columns(line: string): { time: string; place: string; direction: string; text: string } {
  const [, time = '', place = '', direction = '', text = ''] =
    /^(\d\d:\d\d:\d\d\.\d{6}) {2}(\S+) +(in|out) +(.*)$/.exec(line) ?? [];
  expect(place, line).not.toBe('');
  return { time, place, direction, text };
}

/** The way of an echo request and its reply as the documents draw it, from pod to pod through VXLAN. */
const REQUEST = 'IP 172.30.76.7 > 172.30.9.2: ICMP echo request';
const REPLY = 'IP 172.30.9.2 > 172.30.76.7: ICMP echo reply';
const THERE = 'IP 192.168.0.21.PORT > 192.168.0.22.8472: VXLAN vni 1: ';
const BACK = 'IP 192.168.0.22.PORT > 192.168.0.21.8472: VXLAN vni 1: ';
const WAY = [
  [`${FROM}/eth0`, 'out', REQUEST],
  ['node1/veth', 'in', REQUEST],
  ['node1/docker0', 'in', REQUEST],
  ['node1/flannel.1', 'out', REQUEST],
  ['node1/eth0', 'out', THERE + REQUEST],
  ['node2/eth0', 'in', THERE + REQUEST],
  ['node2/flannel.1', 'in', REQUEST],
  ['node2/docker0', 'out', REQUEST],
  ['node2/veth', 'out', REQUEST],
  [`${TO}/eth0`, 'in', REQUEST],
  [`${TO}/eth0`, 'out', REPLY],
  ['node2/veth', 'in', REPLY],
  ['node2/docker0', 'in', REPLY],
  ['node2/flannel.1', 'out', REPLY],
  ['node2/eth0', 'out', BACK + REPLY],
  ['node1/eth0', 'in', BACK + REPLY],
  ['node1/flannel.1', 'in', REPLY],
  ['node1/docker0', 'out', REPLY],
  ['node1/veth', 'out', REPLY],
  [`${FROM}/eth0`, 'in', REPLY],
];
/** Names of veth ends are a hash, source ports of VXLAN too. */
const known = (line: string) => {
  const { place, direction, text } = columns(line);
  return [
    place.replace(/veth\w+$/, 'veth'),
    direction,
    text.replace(/^(IP 192\.168\.0\.\d+)\.\d+/, '$1.PORT').replace(/, id .*$/, ''),
  ];
};

const inHost = async (script: string) => (await host.run(['sh', '-c', script])).stdout.trim();

describe('capture', () => {
  test('shows the way of a ping from pod to pod, through everything, from top to bottom', async () => {
    const running = await capture('flannel-vxlan icmp');
    await ping(3);
    const got = await stopped(running);
    expect(got.map(known)).toEqual([...WAY, ...WAY, ...WAY]);
    const times = got.map((line) => columns(line).time);
    expect(times).toEqual(times.toSorted());
    expect(running.stderr()).toMatch(
      /^listening on \d+ devices of node1, node2, .*, filter icmp\n60 frames captured, 0 lost\n$/,
    );
    // Columns are aligned.
    expect(new Set(got.map((line) => line.search(/(in|out) {1,3}IP/))).size).toBe(1);
  });

  test('writes the same into a pcapng file, one interface for each place, as tshark reads it', async (context) => {
    context.skip(!hasWireshark, 'tshark is not installed');
    const file = join(host.directory, 'home/root/way.pcapng');
    const running = await capture(`flannel-vxlan -w ${file} -- icmp`);
    await ping();
    expect(await stopped(running)).toEqual([]);
    expect(running.stderr()).toContain('20 frames captured, 0 lost');
    const fields = ['frame.interface_name', 'frame.packet_flags_direction', 'frame.time_epoch', 'ip.src'];
    const vxlan = ['-d', 'udp.port==8472,vxlan'];
    const shown = ['-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
    const text = printed('tshark', ['-r', host.path(file), ...vxlan, ...shown]);
    const frames = lines(`${text}\n`).map((line) => line.split('\t'));
    const directions = [undefined, 'in', 'out'];
    expect(
      frames.map(([place = '', flags]) => [place.replace(/veth\w+$/, 'veth'), directions[Number(flags)]]),
    ).toEqual(WAY.map(([place, direction]) => [place, direction]));
    expect(frames[4]?.[3]).toBe('192.168.0.21,172.30.76.7');
    const stamps = frames.map(([, , time = '']) => BigInt(time.replace('.', '')));
    expect(stamps.every((stamp, index) => index === 0 || stamp >= stamps[index - 1]!)).toBe(true);
    // The stamps are the kernel's, to the nanosecond.
    expect(stamps.some((stamp) => stamp % 1000n !== 0n)).toBe(true);
    const info = printed('capinfos', [host.path(file)]).replaceAll(/ +/g, ' ');
    expect(info).toContain('Strict time order: True');
    expect(info).toContain('Filter string = icmp');
    const devices = Number(/listening on (\d+) devices/.exec(running.stderr())?.[1]);
    expect(info.match(/Name = /g)).toHaveLength(devices);
    expect(info).not.toContain('Number of stat entries = 0');
  });

  test('writes a stream that can be read as it comes', async (context) => {
    context.skip(!hasWireshark, 'tshark is not installed');
    const reader = 'tshark -l -n -r - -T fields -e frame.interface_name -e frame.len';
    const running = await capture('flannel-vxlan node1/eth0 node2/eth0 -w - -c 4 icmp', { reader });
    await ping();
    expect((await running.ended).exitCode, running.stderr()).toBe(0);
    const want = ['node1', 'node2', 'node2', 'node1'].map((node) => `${node}/eth0\t148`);
    expect(lines(running.stdout())).toEqual(want);
  });

  test('gives each frame as JSON, with every decoded field', async () => {
    const running = await capture('flannel-vxlan node1/eth0 --json icmp');
    await ping();
    const [request, reply] = (await stopped(running)).map((line) => JSON.parse(line) as object);
    expect(request).toMatchObject({
      place: 'node1/eth0',
      direction: 'out',
      // 84 bytes of ping, 50 of encapsulation, 14 of Ethernet
      lengthBytes: 148,
      capturedBytes: 148,
      layers: ['ethernet', 'ip', 'udp', 'vxlan', 'ethernet', 'ip', 'icmp'],
      packet: {
        vxlan: { vni: 1 },
        inner: { ip: { source: '172.30.76.7', ttl: 63 }, icmp: { kind: 'echo-request' } },
      },
    });
    expect(reply).toMatchObject({
      direction: 'in',
      reception: 'unicast',
      packet: { inner: { icmp: { kind: 'echo-reply' } } },
    });
    expect(request).toHaveProperty('time', expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/));
  });

  test('looks into VXLAN with its filter, or with --outer does not', async () => {
    const both = await capture(`flannel-vxlan node1/eth0 ${FROM} icmp`);
    await ping();
    const through = [`${FROM}/eth0`, 'node1/eth0', 'node1/eth0', `${FROM}/eth0`];
    expect((await stopped(both)).map((line) => columns(line).place)).toEqual(through);
    const outer = await capture(`flannel-vxlan node1/eth0 ${FROM} icmp --outer`);
    await ping();
    const outside = [`${FROM}/eth0`, `${FROM}/eth0`];
    expect((await stopped(outer)).map((line) => columns(line).place)).toEqual(outside);
  });

  test('knows the names of the lab in its filter', async () => {
    const running = await capture(`flannel-vxlan node2 outbound and src host ${FROM}`);
    await ping();
    expect((await stopped(running)).map(known)).toEqual([
      ['node2/docker0', 'out', REQUEST],
      ['node2/veth', 'out', REQUEST],
    ]);
  });

  test('ends after so many frames, and after so long', async () => {
    const counted = await capture('flannel-vxlan node1/eth0 -c 3 --relative icmp');
    await ping(4);
    expect((await counted.ended).exitCode).toBe(0);
    const got = lines(counted.stdout());
    expect(got).toHaveLength(3);
    expect(got[0]).toMatch(/^ {2}0\.000000 {2}node1\/eth0 {2}out {2}IP /);
    expect(counted.stderr()).toContain('3 frames captured, 0 lost');
    const timed = await capture('flannel-vxlan outside --for 300ms');
    expect((await timed.ended).exitCode).toBe(0);
    expect(timed.stderr()).toContain('listening on outside/eth0\n0 frames captured, 0 lost');
  });

  test('shows what has passed at once, also in a pipe, and ends quietly with its reader', async () => {
    const running = await capture('flannel-vxlan icmp', { reader: 'head -n 5' });
    // Each ping is 20 lines: the first is enough for head, what follows finds no reader.
    const { exitCode } = await Promise.race([running.ended, ping(100).then(() => running.ended)]);
    expect(exitCode).toBe(0);
    expect(lines(running.stdout())).toHaveLength(5);
    expect(running.stderr().trim().split('\n')).toHaveLength(1);
    await expectCommands(host, commands);
  });

  test('sees lo when it is named, and each end of it', async () => {
    const running = await capture(`flannel-vxlan ${FROM}/lo icmp`);
    await good(host, ['exec', 'flannel-vxlan', FROM, '--', 'ping', '-q', '-c', '1', '127.0.0.1']);
    expect((await stopped(running)).map((line) => columns(line).direction)).toEqual([
      'out',
      'in',
      'out',
      'in',
    ]);
  });

  test('says which device went down, and which is gone', async () => {
    const link = (...words: string[]) =>
      good(host, ['exec', 'flannel-vxlan', 'outside', '--', 'ip', 'link', ...words]);
    await link('add', 'br7', 'up', 'type', 'bridge');
    const running = await capture('flannel-vxlan outside/br7');
    await link('set', 'br7', 'down');
    await until(() => (running.stderr().includes('is down') ? true : undefined), { timeoutMs: 5_000 });
    await link('del', 'br7');
    await until(() => (running.stderr().includes('is gone') ? true : undefined), { timeoutMs: 5_000 });
    await stopped(running);
    expect(running.stderr()).toContain(
      'listening on outside/br7\noutside/br7: the device is down\noutside/br7: the device is gone\n',
    );
  });

  test('counts what it loses where its reader is slow, and does not grow', async () => {
    const sent = 60_000;
    const running = await capture(`flannel-vxlan ${FROM}/eth0 udp port 9999`, { reader: '(sleep 4; cat)' });
    const blast = `socket(S,2,2,0); for (1..${sent}) { send(S,"x"x100,0,pack("S n a4 x8",2,9999,"\\xac\\x1e\\x09\\x02")) }`;
    await good(host, ['exec', 'flannel-vxlan', FROM, '--', 'perl', '-e', blast]);
    const node = Number(await inHost(`pgrep -f 'lab.cjs capture' | head -n 1`));
    const memory = Number(/VmHWM:\s+(\d+)/.exec(await inHost(`cat /proc/${node}/status`))?.[1]);
    await inHost(`kill -INT ${node}`);
    expect((await running.ended).exitCode).toBe(0);
    const counts = /(\d+) frames captured, (\d+) lost/.exec(running.stderr());
    const [, captured = 0, lost = 0] = (counts ?? []).map(Number);
    expect(lost).toBeGreaterThan(0);
    // The filter has seen all that were not lost; a few ARP frames and ICMP errors may be among the lost.
    expect(captured + lost).toBeGreaterThanOrEqual(sent);
    expect(captured + lost).toBeLessThan(sent + 100);
    expect(lines(running.stdout())).toHaveLength(captured);
    expect(memory).toBeLessThan(250_000);
  });

  test('does not mind checks beside it, which do not mind it, nor another capture', async () => {
    const one = await capture('flannel-vxlan');
    const other = await capture('flannel-vxlan node1 -w /dev/null');
    await good(host, ['verify', 'flannel-vxlan']);
    const all = await stopped(one);
    await stopped(other);
    expect(all.length).toBeGreaterThan(1000);
    expect(all.filter((line) => line.includes('0x88b5'))).toEqual([]);
    for (const { stderr } of [one, other]) expect(stderr()).toMatch(/\n\d{3,} frames captured, 0 lost\n$/);
  });

  test('leaves nothing behind, also when it is killed', async () => {
    const running = await capture('flannel-vxlan');
    await ping();
    running.kill('SIGKILL');
    await running.ended;
    await expectCommands(host, commands);
  });

  test('killed, it leaves a file that can be read', async (context) => {
    context.skip(!hasWireshark, 'tshark is not installed');
    const file = join(host.directory, 'home/root/killed.pcapng');
    const running = await capture(`flannel-vxlan -w ${file} icmp`);
    await ping();
    const isThere = () => (readFileSync(host.path(file)).length > 20 * 130 ? true : undefined);
    await until(isThere, { timeoutMs: 5_000 });
    running.kill('SIGKILL');
    await running.ended;
    expect(lines(`${printed('tshark', ['-r', host.path(file)])}\n`).length).toBeGreaterThan(0);
  });

  test('says that the disk is full', async () => {
    const { exitCode, stderr } = await host.lab(['capture', 'flannel-vxlan', 'node1', '-w', '/dev/full']);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('cannot write to /dev/full: ENOSPC'),
    });
  });
});

describe('capture refuses, and says what is there', () => {
  test.each([
    ['flannel-vxlan nod1 icmp', 'did you mean node1'],
    ['flannel-vxlan node1/eht0', 'node1 has no device "eht0"; did you mean eth0?'],
    ['flannel-vxlan node1/veth', '"veth" is ambiguous in node1: it may be veth'],
    ['flannel-vxlan business', '"business" is ambiguous: it may be business-manager-666f454f7f-7l86b, '],
    [
      'flannel-vxlan node1 icmp and and',
      `the filter "icmp and and": can't parse filter expression: syntax error`,
    ],
    ['flannel-vxlan node1 host nowhere', `unknown host 'nowhere'`],
    ['flannel-vxlan node1 ifindex 3', 'asks for what is not in a frame'],
    ['flannel-vxlan node1 -- foo', 'syntax error'],
    ['flannel-vxlan node1 --for soon', '--for soon is no time'],
    ['flannel-vxlan node1 -c none', '--count needs a whole number from 1; found none'],
    ['flannel-vxlan node1 -w /nowhere/file', 'cannot write to /nowhere/file: ENOENT'],
    ['flannel-vxlan node1 -w file --json', 'one of the two'],
    ['same-node', 'same-node is not running'],
    ['flanel-vxlan', 'flannel-vxlan'],
  ])('%s', async (words, want) => {
    const { exitCode, stdout, stderr } = await host.lab(['capture', ...words.split(' ')]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(want);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe.each(['student', 'guest'] as const)('an ordinary user (%s)', (user) => {
  test('captures too, until the lab goes down', async () => {
    await good(host, ['up', 'flannel-vxlan'], { user });
    await ping(1, user);
    const running = await capture('flannel-vxlan icmp', { user });
    await ping(1, user);
    const isWhole = () => (lines(running.stdout()).length >= WAY.length ? true : undefined);
    await until(isWhole, { timeoutMs: 5_000 });
    expect(lines(running.stdout()).map(known)).toEqual(WAY);
    await good(host, ['down', 'flannel-vxlan'], { user });
    expect((await running.ended).exitCode).toBe(3);
    expect(running.stderr()).toContain(
      '20 frames captured\nlab: flannel-vxlan went down: there is nothing to capture any more',
    );
    await expectCommands(host, commands);
  });
});

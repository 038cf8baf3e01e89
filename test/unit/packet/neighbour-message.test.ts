import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { neighbourMessages, type NeighbourMessage } from '../../../src/packet/neighbour-message.ts';
import { bytesOf, fixture, isInstalled, printed } from './captures.ts';
import { randomNumbers } from './random.ts';

// What the kernel told while scripts/make-pcap-fixtures.sh did things to the neighbour tables of one namespace, as rtmon wrote it.
const bytes = readFileSync(fixture('neighbour.rtmon'));
const messages = neighbourMessages(bytes);
/** The script gives these numbers. */
const DEVICES: Readonly<Record<number, string>> = { 4001: 'eth0', 4002: 'flannel.1' };

/** As `ip monitor neigh` prints a message. */
function line({ type, ifindex, address, lladdr, flags, states }: NeighbourMessage): string {
  const dev = DEVICES[ifindex] ?? `if${ifindex}`;
  return [
    { new: '', deleted: 'Deleted', miss: 'miss' }[type],
    address,
    `dev ${dev}`,
    lladdr && `lladdr ${lladdr}`,
    ...['router', 'proxy', 'extern_learn'].filter((flag) => flags.includes(flag)),
    ...states.map((state) => state.toUpperCase()),
  ]
    .filter(Boolean)
    .join(' ');
}

describe("the kernel's messages about neighbours", () => {
  it('tell of a miss, of the entry that answers it, and of its end', () => {
    const about = messages
      .filter(({ address, ifindex }) => address === '172.30.9.2' && ifindex === 4002)
      .map(({ type, family, lladdr, states }) => ({ type, family, lladdr, states }));
    // The kernel asks again each second until it has an answer.
    const steps = about.filter(
      (message, index) => JSON.stringify(message) !== JSON.stringify(about[index - 1]),
    );
    expect(steps).toEqual([
      { type: 'miss', family: 4, lladdr: undefined, states: ['incomplete'] },
      { type: 'new', family: 4, lladdr: '96:8f:2d:49:c5:31', states: ['reachable'] },
      { type: 'new', family: 4, lladdr: undefined, states: ['failed'] },
      { type: 'deleted', family: 4, lladdr: undefined, states: ['failed'] },
    ]);
  });

  it('tell of rows of the forwarding database, with the VTEP behind them', () => {
    const rows = messages.filter(({ family }) => family === 'bridge');
    expect(
      rows.map(({ type, lladdr, address, flags, states }) => ({ type, lladdr, address, flags, states })),
    ).toEqual(
      ['new', 'deleted'].map((type) => ({
        type,
        lladdr: '96:8f:2d:49:c5:31',
        address: '10.8.0.2',
        flags: ['self'],
        states: ['noarp', 'permanent'],
      })),
    );
  });

  it('tell of the other states and flags, and of IPv6', () => {
    const of = (address: string) => messages.find((message) => message.address === address);
    expect(of('10.8.0.4')).toMatchObject({ lladdr: '02:00:00:00:00:04', states: ['permanent'], flags: [] });
    expect(of('fd00:8::4')).toMatchObject({ family: 6, states: ['noarp'] });
    expect(of('fd00:8::5')).toMatchObject({
      family: 6,
      states: ['stale'],
      flags: ['extern_learn', 'router'],
    });
    expect(of('10.8.0.3')).toMatchObject({ states: ['failed'] });
  });

  it('say to `ip monitor` what they say to us', (ctx) => {
    ctx.skip(!isInstalled('ip'), 'ip (iproute2) is not installed');
    const theirs = printed('ip', 'monitor', 'neigh', 'file', fixture('neighbour.rtmon'))
      .split('\n')
      .map((text) => text.trim())
      .filter((text) => /^(\S+ )*dev (eth0|flannel\.1) (.* )?[A-Z]+$/.test(text));
    expect(theirs.length).toBeGreaterThan(12);
    expect(messages.map(line)).toEqual(theirs);
  });

  it('come out of a buffer cut off anywhere as far as they are whole', { timeout: 60_000 }, () => {
    let most = 0;
    for (let length = 0; length <= bytes.length; length++) {
      const some = neighbourMessages(bytes.subarray(0, length));
      expect(some.length >= most && some.length <= messages.length).toBe(true);
      most = some.length;
      if (some.length > 0) expect(some.at(-1)).toEqual(messages[some.length - 1]);
    }
    expect(most).toBe(messages.length);
  });

  it('do no harm with bytes changed at random', { timeout: 60_000 }, () => {
    const seed = Number(process.env['WIRELAB_SEED'] ?? Date.now() % 2 ** 31);
    const random = randomNumbers(seed);
    for (let round = 0; round < 2000; round++) {
      const mutated = Uint8Array.from(bytes.subarray(-2000));
      for (let change = 0; change < 8; change++)
        mutated[Math.floor(random() * mutated.length)] = Math.floor(random() * 256);
      let count;
      try {
        count = neighbourMessages(mutated).length;
      } catch (cause) {
        throw new Error(`round ${round} of WIRELAB_SEED=${seed}`, { cause });
      }
      expect(count, `round ${round} of WIRELAB_SEED=${seed}`).toBeLessThan(2000 / 28 + 1);
    }
  });

  it('of one buffer are told apart from others in it', () => {
    // RTM_NEWNEIGH for 10.0.0.1 on device 3, an RTM_NEWLINK, and RTM_GETNEIGH for 10.0.0.2 with the nested bit on its attribute
    const neigh = (type: string, attribute: string, address: string) =>
      `24000000 ${type}00 0000 00000000 00000000 02 00 0000 03000000 0200 00 01 0800 ${attribute} ${address}`;
    const link = '20000000 1000 0000 00000000 00000000 00000000 00000000 00000000 00000000';
    const found = neighbourMessages(
      bytesOf(`${neigh('1c', '0100', '0a000001')}${link}${neigh('1e', '0180', '0a000002')}`),
    );
    expect(found).toEqual([
      { type: 'new', family: 4, ifindex: 3, states: ['reachable'], flags: [], address: '10.0.0.1' },
      { type: 'miss', family: 4, ifindex: 3, states: ['reachable'], flags: [], address: '10.0.0.2' },
    ]);
  });
});

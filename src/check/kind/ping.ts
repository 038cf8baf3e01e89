import { randomInt } from 'node:crypto';
import type { Ping } from '../spec.ts';
import { namespaceOf, targetAddress, type Outcome, type Surroundings } from '../surroundings.ts';
import { obstacle, untried } from '../untried.ts';

/** `other`: something came of it that no check can ask for, e.g. "Time to live exceeded". */
type PingOutcome = NonNullable<Ping['expect']> | 'other';

/** One echo request by ping(8), whose payload repeats `tag` (16 hexadecimal digits) where it is long enough. */
export async function ping(around: Surroundings, claim: Ping, tag?: string): Promise<Outcome> {
  const namespace = namespaceOf(around, claim.from);
  const address = targetAddress(around, claim.to);
  const waitMs = claim.waitMs ?? 1000;
  const size = claim.size ?? 56;
  // What an earlier frag-needed taught the sender would make its own kernel refuse, in the place of the next router: forget it.
  if (claim.expect === 'frag-needed' || claim.expect === 'message-too-long')
    await around.session.must(['ip', 'route', 'flush', 'cache'], { namespace });
  const result = await around.session.run(
    [
      'ping',
      '-n',
      ...['-c', '1'],
      ...['-W', String(waitMs / 1000)],
      // ping takes its process number, which starts anew with each session: the kernel would take the request for one of the
      // session before, and translate its address as it did then.
      ...['-e', String(randomInt(1, 0xffff))],
      ...(claim.size === undefined ? [] : ['-s', String(size)]),
      ...(claim.df ? ['-M', 'do'] : []),
      // 16 bytes of time stamp come first.
      ...(tag !== undefined && size >= 24 ? ['-p', tag] : []),
      address,
    ],
    { namespace, timeoutMs: waitMs + 5000, signal: around.signal, env: { LC_ALL: 'C' } },
  );
  const wanted = claim.expect ?? 'reply';
  const want = [sentence(wanted, claim.mtu, address, namespace)];
  const hindered = obstacle(result);
  if (hindered) return untried(want, hindered);
  const words = `${result.stdout}\n${result.stderr}`;
  const seen = outcomeOf(result.exitCode, words);
  if (seen.what === 'message-too-long') seen.mtu ??= await ownMtu(around, namespace, address);
  const mtuFits = claim.mtu === undefined || seen.mtu === claim.mtu;
  return {
    holds: seen.what === wanted && mtuFits,
    want,
    got: [
      sentence(seen.what, seen.mtu, address, namespace),
      ...(seen.what === 'reply' ? [] : lastWords(words)),
    ],
  };
}

/** Newer versions of ping(8) do not say it: the MTU towards an address is that of a learned path, else of the device. */
async function ownMtu(around: Surroundings, namespace: string, address: string): Promise<number | undefined> {
  const result = await around.session.run(['ip', '-json', 'route', 'get', address], { namespace });
  const [route] = JSON.parse(result.stdout.trim() || '[]') as {
    dev?: string;
    metrics?: { mtu?: number }[];
  }[];
  const learned = route?.metrics?.find((metric) => metric.mtu !== undefined)?.mtu;
  if (learned !== undefined) return learned;
  const { links } = await around.readTables(namespace, {});
  return links.find((link) => link.name === route?.dev)?.mtu;
}

function outcomeOf(exitCode: number, words: string): { what: PingOutcome; mtu?: number | undefined } {
  const tooLong = /message too long,? ?(?:mtu[=: ]*(\d+))?/i.exec(words);
  if (exitCode === 0 && /\b1 received/.test(words)) return { what: 'reply' };
  const fragNeeded = /Frag needed and DF set \(mtu = (\d+)\)/.exec(words);
  if (fragNeeded) return { what: 'frag-needed', mtu: Number(fragNeeded[1]) };
  if (tooLong) return { what: 'message-too-long', ...(tooLong[1] ? { mtu: Number(tooLong[1]) } : {}) };
  if (/Unreachable|unreachable|Packet filtered|prohibited/.test(words)) return { what: 'unreachable' };
  return { what: exitCode === 1 && lastWords(words).length === 0 ? 'no-reply' : 'other' };
}

function sentence(what: PingOutcome, mtu: number | undefined, address: string, from: string): string {
  const size = mtu === undefined ? '' : ` (mtu ${mtu})`;
  return {
    reply: `an echo reply from ${address}`,
    'no-reply': `no answer from ${address}`,
    unreachable: `a "destination unreachable" about ${address}`,
    'frag-needed': `a router's "fragmentation needed"${size}`,
    'message-too-long': `"message too long" from ${from}'s own kernel${size}`,
    other: `something else about ${address}`,
  }[what];
}

/** ping's own lines, without its statistics. */
function lastWords(words: string): string[] {
  return words
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(PING|PATTERN|---|\d+ packets|rtt|pipe)/.test(line))
    .slice(0, 3);
}

import { randomBytes } from 'node:crypto';
import { PROGRAM_INSIDE } from '../../sandbox/layout.ts';
import type { Mesh } from '../spec.ts';
import { namespaceOf, ownAddress, type Outcome, type Surroundings } from '../surroundings.ts';
import { untried } from '../untried.ts';

/** Every one reaches every other one: real echo requests, all pairs at once (src/inside/mesh.pl). */
export async function mesh(around: Surroundings, claim: Mesh): Promise<Outcome> {
  const names = meshMembers(around, claim);
  const addresses = new Map(names.map((name) => [name, ownAddress(around.lab.cluster, name) ?? '']));
  const byAddress = new Map([...addresses].map(([name, address]) => [address, name]));
  const pairs = names.flatMap((from) =>
    names.filter((to) => to !== from).map((to) => `${from} ${addresses.get(to)}\n`),
  );
  const result = await around.session.run(
    ['perl', `${PROGRAM_INSIDE}/mesh.pl`, '1500', randomBytes(8).toString('hex')],
    {
      input: pairs.join(''),
      timeoutMs: 30_000,
      signal: around.signal,
      env: { WIRELAB_ARCH: process.arch },
    },
  );
  const want = [`${pairs.length} echo replies: each of ${names.length} reaches each other`];
  if (result.exitCode !== 0) {
    const why = result.timedOut ? 'the echo requests took too long' : result.stderr.trim();
    return untried(want, { why, lacking: result.exitCode === 127 });
  }
  // What nobody was asked proves nothing.
  if (pairs.length === 0) return untried(want, { why: 'a mesh needs two at least', lacking: false });
  const lines = result.stdout.split('\n').filter((line) => line !== '');
  const answered = lines.filter((line) => line.startsWith('ok ')).length;
  const broken = lines
    .filter((line) => !line.startsWith('ok '))
    .map((line) => brokenPair(line, byAddress))
    .toSorted((a, b) => a.text.localeCompare(b.text));
  const first = broken[0];
  return {
    holds: answered === pairs.length,
    want,
    got: [
      `${answered} echo replies`,
      ...broken.slice(0, MOST_LINES).map(({ text }) => text),
      ...(broken.length > MOST_LINES ? [`and ${broken.length - MOST_LINES} more pairs`] : []),
    ],
    ...(first ? { pair: { from: first.from, to: first.to } } : {}),
  };
}

const MOST_LINES = 20;

export function meshMembers(around: Pick<Surroundings, 'lab' | 'want'>, claim: Mesh): string[] {
  return (
    claim.among?.map((word) => namespaceOf(around, word)) ?? around.lab.cluster.pods.map((pod) => pod.netns)
  );
}

function brokenPair(line: string, byAddress: ReadonlyMap<string, string>) {
  const [word, from = '', address = '', type, code, sender] = line.split(' ');
  const to = byAddress.get(address) ?? address;
  const why = word === 'error' ? `ICMP type ${type} code ${code} from ${sender}` : 'no answer';
  return { from, to, text: `${from} does not reach ${to}: ${why}` };
}

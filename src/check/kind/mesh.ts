import { randomBytes } from 'node:crypto';
import { PROGRAM_INSIDE } from '../../sandbox/layout.ts';
import { neighbourLimit, STOCK_NEIGHBOUR_LIMIT } from '../../kernel/neighbour-limit.ts';
import type { Cluster } from '../../model/cluster.ts';
import { MOST_ENTRIES_PER_PAIR } from '../../model/learned-neighbour.ts';
import { meshPairs, type Sample } from '../mesh-pairs.ts';
import { meshWaves, touchedBy, type Wave } from '../mesh-waves.ts';
import type { Mesh } from '../spec.ts';
import { namespaceOf, ownAddress, type Outcome, type Surroundings } from '../surroundings.ts';
import { untried } from '../untried.ts';

/** Every one reaches every other one, or a sample of the pairs: real echo requests, all at once or, where the kernel could not know so many neighbours, in waves (src/inside/mesh.pl). */
export async function mesh(around: Surroundings, claim: Mesh): Promise<Outcome> {
  const names = meshMembers(around, claim);
  const addresses = new Map(names.map((name) => [name, ownAddress(around.lab.cluster, name) ?? '']));
  const byAddress = new Map([...addresses].map(([name, address]) => [address, name]));
  const pairs = meshPairs(names.length, sampleOf(claim)).map(
    ([from, to]) => [names[from] ?? '', names[to] ?? ''] as const,
  );
  const waves = meshWaves(pairs, around.lab.cluster, await mostNeighbours(pairs.length));
  const result = await around.session.run(
    ['perl', `${PROGRAM_INSIDE}/mesh.pl`, '1500', randomBytes(8).toString('hex')],
    {
      input: wavesText(waves, addresses, around.lab.cluster),
      timeoutMs: 30_000 + 200 * waves.length,
      signal: around.signal,
      env: { WIRELAB_ARCH: process.arch },
    },
  );
  const want = [
    claim.sample === undefined
      ? `${pairs.length} echo replies: each of ${names.length} reaches each other`
      : `${pairs.length} echo replies, of ${names.length * (names.length - 1)} pairs between ${names.length} members`,
  ];
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

/** Half of what the machine allows, for others need some too. */
async function mostNeighbours(pairs: number): Promise<number> {
  const limit = await neighbourLimit(pairs * MOST_ENTRIES_PER_PAIR);
  return Math.max(1, Math.floor((limit ?? STOCK_NEIGHBOUR_LIMIT) / 2));
}

/** The input of mesh.pl. */
function wavesText(waves: readonly Wave[], addresses: ReadonlyMap<string, string>, cluster: Cluster): string {
  const forget = (wave: Wave) => (waves.length > 1 ? `forget ${touchedBy(wave, cluster).join(' ')}\n` : '');
  return waves
    .map((wave) => wave.map(([from, to]) => `${from} ${addresses.get(to)}\n`).join('') + forget(wave))
    .join('');
}

const MOST_LINES = 20;

export function meshMembers(around: Pick<Surroundings, 'lab' | 'want'>, claim: Mesh): string[] {
  return (
    claim.among?.map((word) => namespaceOf(around, word)) ?? around.lab.cluster.pods.map((pod) => pod.netns)
  );
}

/** Absent: all pairs. */
export function sampleOf({ sample, seed = 1 }: Mesh): Sample | undefined {
  return sample === undefined ? undefined : { pairs: sample, seed };
}

function brokenPair(line: string, byAddress: ReadonlyMap<string, string>) {
  const [word, from = '', address = '', type, code, sender] = line.split(' ');
  const to = byAddress.get(address) ?? address;
  const why = word === 'error' ? `ICMP type ${type} code ${code} from ${sender}` : 'no answer';
  return { from, to, text: `${from} does not reach ${to}: ${why}` };
}

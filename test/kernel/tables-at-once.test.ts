import { describe, expect, test } from 'vitest';
import { generatedLab } from '../../src/lab/generated-lab.ts';
import { observe } from '../../src/kernel/observe.ts';
import { tablesAtOnce } from '../../src/kernel/tables-at-once.ts';
import type { ObservedNamespace } from '../../src/kernel/state.ts';
import { build } from '../../src/lifecycle/build.ts';
import { learnedBy } from '../../src/model/learned-neighbour.ts';
import type { Session } from '../../src/sandbox/session.ts';
import { loadedFrom } from '../helpers/lab-directory.ts';

const context = { emit: () => undefined, signal: new AbortController().signal, slow: false };

/** What ip(8) says, a few namespaces at a time. */
async function byIp(session: Session, names: readonly string[]): Promise<ObservedNamespace[]> {
  const found: ObservedNamespace[] = [];
  for (let at = 0; at < names.length; at += 30)
    found.push(
      ...(await observe(
        session,
        names.slice(at, at + 30).map((namespace) => ({ namespace })),
      )),
    );
  return found;
}

describe.skipIf(process.getuid?.() !== 0)('the tables of many namespaces at once', () => {
  test('are what ip says of each, also where somebody has meddled; what is odd is left to ip', async () => {
    const lab = await loadedFrom(generatedLab({ nodes: 3, pods: 72, era: 'current' }).files);
    await using built = await build(lab, context, { recorded: false });
    const { session } = built;
    const pods = lab.cluster.pods.map(({ netns }) => netns);
    const expectSame = async () => {
      const atOnce = await observe(
        session,
        pods.map((namespace) => ({ namespace })),
      );
      expect(atOnce).toEqual(await byIp(session, pods));
    };
    await expectSame();
    expect((await tablesAtOnce(session, pods)).size).toBe(pods.length);

    const plain = [
      'ip address add 10.244.1.77/24 dev eth0',
      'ip address add 198.51.100.7/32 dev lo metric 7',
      'ip link set eth0 mtu 1300 txqueuelen 77 address 02:00:00:00:00:77',
      'ip link set eth0 down',
      'ip route replace default via 10.244.1.9 dev eth0 metric 9 src 10.244.1.6',
      'ip route add 198.51.100.0/24 via 192.0.2.1 dev eth0 onlink',
      'ip route add 198.51.100.9 dev lo scope host proto static',
      'ip route add 198.51.100.0/25 dev eth0 table 100',
      'ip neighbour replace 10.244.1.99 lladdr 02:00:00:00:00:99 dev eth0 nud permanent',
      'ip neighbour replace 10.244.1.98 lladdr 02:00:00:00:00:98 dev eth0 nud stale',
      'ip neighbour replace 10.244.1.97 lladdr 02:00:00:00:00:97 dev eth0 nud noarp',
    ];
    // All of them on node1, whose pods' addresses are 10.244.1.
    const here = lab.cluster.pods.filter(({ node }) => node === 'node1').map(({ netns }) => netns);
    for (const [index, line] of plain.entries())
      await session.must(line.split(' '), { namespace: here[index] ?? '' });
    const odd = [
      'ip link add odd0 type bridge',
      'ip link add odd0 type veth peer name odd1',
      'ip route add blackhole 198.51.100.0/24',
      'ip route add 198.51.100.0/24 nexthop via 10.244.1.3 dev eth0 nexthop via 10.244.1.4 dev eth0',
      'ip route add 198.51.100.0/24 via 10.244.1.3 dev eth0 mtu 1000',
      'ip route add 198.51.100.0/24 via 10.244.1.3 dev eth0 tos 8',
      'ip address add 198.51.100.1 peer 198.51.100.2/32 dev eth0',
    ];
    const oddPods = here.slice(plain.length, plain.length + odd.length);
    for (const [index, line] of odd.entries())
      await session.must(line.split(' '), { namespace: oddPods[index] ?? '' });
    await expectSame();
    const understood = await tablesAtOnce(session, pods);
    expect(pods.filter((name) => !understood.has(name))).toEqual(oddPods);
  });

  test('one ping makes the kernel learn just the neighbours that are expected', async () => {
    const lab = await loadedFrom(generatedLab({ nodes: 3, pods: 9, era: 'current' }).files);
    await using built = await build(lab, context, { recorded: false });
    const { session, want } = built;
    const learned = learnedBy(lab.cluster);
    const all = want.namespaces.map(({ name }) => name);
    const entries = async () => {
      const found = await byIp(session, all);
      return found.flatMap(({ neighbours }) => neighbours).filter((row) => row.state !== 'permanent').length;
    };
    expect(await entries()).toBe(0);
    await session.must(['ping', '-c', '1', '-W', '5', '10.244.1.3'], { namespace: 'pod-1-1' });
    const near = learned('pod-1-1', 'pod-1-2');
    expect(await entries()).toBe(near.length);
    await session.must(['ping', '-c', '1', '-W', '5', '10.244.3.2'], { namespace: 'pod-1-1' });
    expect(await entries()).toBe(new Set([...near, ...learned('pod-1-1', 'pod-3-1')]).size);
  });
});

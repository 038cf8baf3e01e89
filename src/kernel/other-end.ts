import type { KernelState, ObservedLink, ObservedNamespace } from './state.ts';

/**
 * A veth's other end is known by its ifindex, which counts anew in each namespace. Where both wanted ends are there and do not name each other, they
 * belong to different pairs.
 */
export function withOtherEnds(
  want: KernelState,
  observed: ReadonlyMap<string, ObservedNamespace>,
): Map<string, ObservedNamespace> {
  const linkOf = (namespace: string, name: string) =>
    observed.get(namespace)?.links.find((link) => link.name === name);
  const otherEnds = new Map<ObservedLink, string>();
  for (const { name, links } of want.namespaces) {
    for (const { name: dev, peer } of links) {
      const here = peer && linkOf(name, dev);
      const there = peer && linkOf(peer.namespace, peer.name);
      if (!here || !there) continue;
      const isPair = here.peerIndex === there.index && there.peerIndex === here.index;
      otherEnds.set(
        here,
        isPair ? `${peer.namespace}/${peer.name}` : `number ${here.peerIndex ?? 'unknown'}`,
      );
    }
  }
  const completed = (link: ObservedLink): ObservedLink => {
    const otherEnd = otherEnds.get(link);
    return otherEnd === undefined ? link : { ...link, otherEnd };
  };
  return new Map(
    [...observed].map(([name, namespace]) => [name, { ...namespace, links: namespace.links.map(completed) }]),
  );
}

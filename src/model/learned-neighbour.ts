import type { Cluster } from './cluster.ts';

/**
 * The neighbour (ARP) entries that the kernel learns when two talk to each other, each as `namespace address-of`. Only these count towards the
 * kernel's limit, gc_thresh3: permanent ones, such as today's flannel writes for its VTEPs, are exempt (net/core/neighbour.c, neigh_alloc and
 * neigh_update_gc_list, since Linux 5.0).
 *
 *   pods of one node      a knows b, b knows a
 *   pods of two nodes     a knows its bridge and its node knows a, the same of b, and the nodes know each other on the underlay;
 *                         with flannel v0.7 each node knows the other's pod on flannel.1, too
 */
export function learnedBy(cluster: Cluster): (from: string, to: string) => string[] {
  const nodeOf = new Map(cluster.pods.map((pod) => [pod.netns, pod.node]));
  const byPod = cluster.flannel?.era === 'v0.7';
  const atHome = (name: string, node: string | undefined): string[] =>
    node === undefined ? [] : [`${name} bridge`, `${node} ${name}`];
  return (from, to) => {
    const [here, there] = [nodeOf.get(from), nodeOf.get(to)];
    if (here !== undefined && here === there) return [`${from} ${to}`, `${to} ${from}`];
    const [near, far] = [here ?? from, there ?? to];
    return [
      ...atHome(from, here),
      ...atHome(to, there),
      ...(near === far ? [] : [`${near} ${far}`, `${far} ${near}`]),
      ...(byPod && here !== undefined && there !== undefined
        ? [`${near} ${to} on`, `${far} ${from} on`]
        : []),
    ];
  };
}

export const MOST_ENTRIES_PER_PAIR = 8;

/** How many there are at least while every pod talks to one of another node, and every machine of the underlay to every other. */
export function busyNeighbours({ nodes, pods, routers, hosts, flannel }: Cluster): number {
  const machines = nodes.length + routers.length + hosts.length;
  const ofPods = flannel?.era === 'v0.7' && nodes.length > 1 ? 4 : 2;
  return ofPods * pods.length + machines * (machines - 1);
}

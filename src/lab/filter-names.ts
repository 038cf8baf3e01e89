import { addressOf } from '../model/cidr.ts';
import type { Cluster } from '../model/cluster.ts';

/**
 * A filter of pcap-filter(7) with the lab's own names written as addresses, because no resolver knows them:
 *
 *   host data-product-6664c6dcb9-tkmms    ─▶ host 172.30.9.2
 *   src host gateway                      ─▶ src host (192.168.0.1 or 203.0.113.1)
 *
 * Only whole names of nodes, pods, routers and hosts; and not where a filter means something else by a name (`port http`).
 */
export function withAddresses(filter: string, cluster: Cluster): string {
  const addresses = addressesByName(cluster);
  let before = '';
  return filter.replaceAll(/[\w.:-]+/g, (word) => {
    const own = NAMES_OF_SOMETHING_ELSE.has(before) ? [] : (addresses.get(word) ?? []);
    before = word;
    return own.length > 1 ? `(${own.join(' or ')})` : (own[0] ?? word);
  });
}

/** What follows these is no host. */
const NAMES_OF_SOMETHING_ELSE: ReadonlySet<string> = new Set([
  'port',
  'portrange',
  'proto',
  'protochain',
  'net',
]);

function addressesByName(cluster: Cluster): Map<string, string[]> {
  const addresses = new Map<string, string[]>();
  for (const { name, address } of [...cluster.nodes, ...cluster.hosts])
    addresses.set(name, [addressOf(address)]);
  for (const router of cluster.routers) addresses.set(router.name, router.addresses.map(addressOf));
  for (const { netns, ip } of cluster.pods) addresses.set(netns, [ip]);
  return addresses;
}

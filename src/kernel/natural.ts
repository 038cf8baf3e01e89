import { addressOf, contains, networkOf, prefixLengthOf } from '../model/cidr.ts';
import type { Address } from './address.ts';
import type { BridgeFdbEntry } from './bridge-fdb.ts';
import type { Neighbour } from './neighbour.ts';
import type { Route } from './route.ts';
import type { NamespaceState, ObservedLink, ObservedNamespace, Reason, Wanted } from './state.ts';

/**
 * Rows that nobody has to write: the kernel makes them with a device or an address, or learns them from the wire. They are not wanted one by one
 * when a lab is built, but each has its cause, and somebody may have removed or bent them since.
 */
const kernel = (why: string): Reason => ({ owner: 'kernel', why });

/** Tunnel modules put a device of their own into every namespace (net.core.fb_tunnels_only_for_init_net). */
const FALLBACK_DEVICES = new Set([
  ...['tunl0', 'gre0', 'gretap0', 'erspan0', 'ip_vti0', 'sit0', 'ip6tnl0', 'ip6gre0', 'ip6_vti0'],
]);

export function linkCause(got: ObservedLink): Reason | undefined {
  if (got.type === 'loopback') return kernel('every network namespace has it');
  return FALLBACK_DEVICES.has(got.name)
    ? kernel('the fallback device of a tunnel module, one in every namespace')
    : undefined;
}

/** IPv6 gives itself an address on every device that is up; a lab asks for no other of IPv6. */
export function addressCause({ dev, address }: Address): Reason | undefined {
  if (dev === 'lo' && address === '::1/128') return kernel('lo has it in every namespace');
  return address.startsWith('fe80:')
    ? kernel(`IPv6's link-local address, made when ${dev} came up`)
    : undefined;
}

/** An address of a device that is up brings the route of its network, and lo has its address. */
export function broughtRoutes(want: NamespaceState, got: ObservedNamespace): Wanted<Route>[] {
  const isUp = new Set(got.links.filter((link) => link.up).map((link) => link.name));
  const isThere = new Set(got.addresses.map(({ dev, address }) => `${dev} ${address}`));
  return want.addresses
    .filter(({ dev, address }) => isUp.has(dev) && isThere.has(`${dev} ${address}`))
    .filter(({ address }) => prefixLengthOf(address) < 32)
    .map(({ dev, address, metric }) => ({
      to: networkOf(address),
      dev,
      scope: 'link',
      src: address.replace(/\/.*/, ''),
      ...(metric === undefined ? {} : { metric }),
      protocol: 'kernel',
      owner: 'kernel',
      why: `${address} of ${dev} brings it`,
    }));
}

/** The local table says which addresses are the namespace's own. */
export function broughtLocalRoutes(want: NamespaceState, got: ObservedNamespace): Wanted<Route>[] {
  const isUp = new Set(got.links.filter((link) => link.up).map((link) => link.name));
  const isThere = new Set(got.addresses.map(({ dev, address }) => `${dev} ${address}`));
  return [...want.addresses, LOOPBACK]
    .filter(({ dev, address }) => isUp.has(dev) && isThere.has(`${dev} ${address}`))
    .map(({ dev, address }) => ({
      table: 'local',
      type: 'local',
      to: addressOf(address),
      dev,
      scope: 'host',
      src: addressOf(address),
      protocol: 'kernel',
      owner: 'kernel',
      why: `${address} of ${dev} brings it: the address is our own`,
    }));
}

export function routeCause({ protocol, type, to, src, dev }: Route): Reason | undefined {
  if (protocol !== 'kernel') return undefined;
  if (type === 'broadcast') return kernel(`${src ?? dev} brings it: the broadcast address of its network`);
  if (type === 'multicast') return kernel(`IPv6 on ${dev}: every device that is up takes part in multicast`);
  if (to.startsWith('fe80:') || to === '::1') return kernel(`IPv6's own address on ${dev} brings it`);
  return kernel(src === undefined ? `made with ${dev}` : `${src} of ${dev} brings it`);
}

export const LOOPBACK: Wanted<Address> = {
  dev: 'lo',
  address: '127.0.0.1/8',
  owner: 'kernel',
  why: 'lo has it in every namespace',
};

/** What the row should say, where the lab knows better; undefined: nothing is wrong with it. */
export function rightNeighbour(want: NamespaceState, row: Neighbour): Wanted<Neighbour> | undefined {
  if (row.lladdr === undefined) return undefined;
  const answer = answerOf(want, row);
  if (!answer || answer.lladdr === row.lladdr) return undefined;
  const { lladdr, owner, why } = answer;
  return { dev: row.dev, address: row.address, lladdr, state: row.state, owner, why };
}

const answerOf = (want: NamespaceState, row: Neighbour) =>
  want.answers.find(({ dev, subnet }) => dev === row.dev && contains(subnet, row.address));

/** Why an entry is there that nobody wanted beforehand. A permanent one is always somebody's. */
export function neighbourCause(want: NamespaceState, row: Neighbour): Reason | undefined {
  if (row.state === 'permanent') return undefined;
  const answer = row.lladdr === undefined ? undefined : answerOf(want, row);
  if (answer?.owner === 'flannel')
    return { owner: 'flannel', why: `the agent answered the kernel's miss: ${answer.why}` };
  if (row.state === 'incomplete') return kernel(`asked for on ${row.dev}, not answered yet`);
  if (row.state === 'failed') return kernel(`asked for on ${row.dev}, and nobody has answered`);
  return kernel(`learned by ARP on ${row.dev}${answer ? `: ${answer.why}` : ''}`);
}

/** 01:00:5e is IPv4 multicast, 33:33 IPv6's (RFC 1112, RFC 2464). */
const isMulticast = (mac: string) => mac.startsWith('01:00:5e:') || mac.startsWith('33:33:');

export function bridgeFdbCause(
  want: NamespaceState,
  links: readonly ObservedLink[],
  row: BridgeFdbEntry,
): Reason | undefined {
  const { dev, lladdr, master, state } = row;
  if (master === undefined) {
    return isMulticast(lladdr) && state === 'permanent'
      ? kernel(`${dev} takes in frames to this multicast group`)
      : undefined;
  }
  const own = links.find((link) => link.mac === lladdr && (link.name === dev || link.name === master));
  if (state === 'permanent' && own)
    return kernel(
      own.name === master ? `${master}'s own MAC` : `the MAC of ${own.name}, a port of ${master}`,
    );
  if (state !== undefined) return undefined;
  const port = want.links.find((link) => link.name === dev);
  return kernel(`${master} learned it from a frame that came in at ${dev}${port ? `, ${port.why}` : ''}`);
}

import { contains, networkOf, prefixLengthOf } from '../model/cidr.ts';
import type { Address } from './address.ts';
import type { Neighbour } from './neighbour.ts';
import type { Route } from './route.ts';
import type { NamespaceState, ObservedNamespace, Wanted } from './state.ts';

/**
 * Rows that nobody has to write: the kernel makes them with an address, or learns them from the wire. They are not wanted one by one when a lab
 * is built, but somebody may have removed or bent them since.
 */

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

export const LOOPBACK: Wanted<Address> = {
  dev: 'lo',
  address: '127.0.0.1/8',
  owner: 'kernel',
  why: 'lo has it in every namespace',
};

/** What the row should say, where the lab knows better; undefined: nothing is wrong with it. */
export function rightNeighbour(want: NamespaceState, row: Neighbour): Wanted<Neighbour> | undefined {
  if (row.lladdr === undefined) return undefined;
  const answer = want.answers.find(({ dev, subnet }) => dev === row.dev && contains(subnet, row.address));
  if (!answer || answer.lladdr === row.lladdr) return undefined;
  const { lladdr, owner, why } = answer;
  return { dev: row.dev, address: row.address, lladdr, state: row.state, owner, why };
}

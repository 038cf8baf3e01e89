import type { KernelState, NamespaceState, Reason } from '../kernel/state.ts';
import { columns, forks, type Fork } from './drawing.ts';

/** What the owners of a section build, as lines of a picture; none where there is nothing to draw. */
export function picture(state: KernelState, isOwn: (owner: Reason['owner']) => boolean): string[] {
  const bridges = state.namespaces.flatMap((namespace) =>
    namespace.links
      .filter((link) => link.type === 'bridge' && isOwn(link.owner))
      .map((link) => bridgeFork(state, namespace, link.name)),
  );
  return forks(bridges.length > 0 ? bridges : tunnelForks(state, isOwn));
}

/** A bridge and the machines that are plugged into it. */
function bridgeFork(state: KernelState, namespace: NamespaceState, bridge: string): Fork {
  const ports = new Set(namespace.links.filter(({ master }) => master === bridge).map(({ name }) => name));
  const plugged = state.namespaces.flatMap((other) =>
    other.links
      .filter(({ peer }) => peer?.namespace === namespace.name && ports.has(peer.name))
      .map(({ name }) => [other.name, name, ...addressesOf(other, name)]),
  );
  return {
    stem: [namespace.name, bridge, ...addressesOf(namespace, bridge)].join(' '),
    branches: columns(plugged),
  };
}

/** The VXLAN devices of one network, each with the underlay address where its packets arrive. */
function tunnelForks(state: KernelState, isOwn: (owner: Reason['owner']) => boolean): Fork[] {
  const networks = new Map<string, string[][]>();
  for (const namespace of state.namespaces) {
    for (const { name, vxlan, mac = '', owner } of namespace.links) {
      if (!vxlan || !isOwn(owner)) continue;
      const network = `VXLAN ${vxlan.vni}, UDP ${vxlan.port}`;
      const end = [namespace.name, name, ...addressesOf(namespace, name), mac, `at ${vxlan.local}`];
      networks.set(network, [...(networks.get(network) ?? []), end]);
    }
  }
  return [...networks].map(([stem, ends]) => ({ stem, branches: columns(ends) }));
}

const addressesOf = ({ addresses }: NamespaceState, device: string): string[] =>
  addresses.filter(({ dev }) => dev === device).map(({ address }) => address);

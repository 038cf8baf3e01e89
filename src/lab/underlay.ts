import { addressOf, memberProblem, networkOf, overlapping } from '../model/cidr.ts';
import type { Host, Router, Segment } from '../model/cluster.ts';
import type { LabParts } from './lab-parts.ts';
import type { HostEntry, NodeEntry } from './schema-cluster.ts';
import type { Taken } from './taken.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

/** The physical network of a lab file: who is on which segment, and who is whose default gateway. */
export interface Underlay {
  routers: Router[];
  hosts: Host[];
  segments: Segment[];
  /** Default gateways of nodes, by name. */
  gateways: Map<string, string>;
}

/** An address on a segment, and where the file gives it. */
interface Port {
  owner: string;
  isRouter: boolean;
  address: string;
  path: Path;
}

/** A network that no other may overlap, and the words for it. */
interface Network {
  cidr: string;
  what: string;
  path: Path;
  /** The node whose podCIDR it is. */
  node?: string;
}

export function underlay(parts: LabParts, document: YamlDocument, taken: Taken): Underlay {
  const ports = portsOf(parts);
  for (const { owner, address, path } of ports)
    taken.address(addressOf(address), { what: owner, document, path });
  reportSharedSegments(parts, document);
  const segments = segmentsOf(parts, ports, document, taken);
  reportOverlaps(parts, ports, document);
  const routers = routersOf(ports);
  const gatewayOf = (entry: NodeEntry | HostEntry, path: Path): string | undefined =>
    gateway(entry, { document, path, routers });
  const gateways = new Map<string, string>();
  for (const [index, node] of parts.nodes.entries()) {
    const next = node && gatewayOf(node, ['cluster', 'nodes', index, 'gateway']);
    if (node !== undefined && next !== undefined) gateways.set(node.name, next);
  }
  const hosts: Host[] = [];
  for (const [index, host] of parts.hosts.entries()) {
    if (host === undefined) continue;
    const next = gatewayOf(host, ['cluster', 'hosts', index, 'gateway']);
    hosts.push({ name: host.name, address: host.address, ...(next === undefined ? {} : { gateway: next }) });
  }
  return { routers: parts.routers.filter((router) => router !== undefined), hosts, segments, gateways };
}

function portsOf(parts: LabParts): Port[] {
  const ports: Port[] = [];
  for (const [index, node] of parts.nodes.entries())
    if (node !== undefined)
      ports.push({
        owner: `node "${node.name}"`,
        isRouter: false,
        address: node.address,
        path: ['cluster', 'nodes', index, 'address'],
      });
  for (const [index, router] of parts.routers.entries())
    for (const [position, address] of (router?.addresses ?? []).entries())
      ports.push({
        owner: `router "${router?.name}"`,
        isRouter: true,
        address,
        path: ['cluster', 'routers', index, 'addresses', position],
      });
  for (const [index, host] of parts.hosts.entries())
    if (host !== undefined)
      ports.push({
        owner: `host "${host.name}"`,
        isRouter: false,
        address: host.address,
        path: ['cluster', 'hosts', index, 'address'],
      });
  return ports;
}

/** A router forwards between segments: two of its addresses on one would be two ports of one bridge. */
function reportSharedSegments(parts: LabParts, document: YamlDocument): void {
  for (const [index, router] of parts.routers.entries()) {
    const seen = new Set<string>();
    for (const [position, address] of (router?.addresses ?? []).entries()) {
      const network = networkOf(address);
      if (seen.has(network))
        document.report(
          ['cluster', 'routers', index, 'addresses', position],
          `found a second address of ${router?.name} in ${network}; expected one for each segment`,
        );
      seen.add(network);
    }
  }
}

/** One segment for each subnet, in order of appearance; the file's name for it or the next free of segment1, segment2 ... */
function segmentsOf(parts: LabParts, ports: Port[], document: YamlDocument, taken: Taken): Segment[] {
  const names = new Map<string, string>();
  const networks = new Set(ports.map(({ address }) => networkOf(address)));
  for (const [index, segment] of parts.segments.entries()) {
    if (segment === undefined) continue;
    const path = ['cluster', 'segments', index, 'cidr'];
    if (names.has(segment.cidr))
      document.report(
        path,
        `found ${segment.cidr} a second time; it is segment ${names.get(segment.cidr)} already`,
      );
    else if (!networks.has(segment.cidr) && parts.namesAreComplete && parts.doubtful.length === 0)
      document.report(
        path,
        `found ${segment.cidr}, where nobody has an address; expected one of ${[...networks].join(', ')}`,
      );
    names.set(segment.cidr, segment.name);
  }
  const given = new Set([...names.values(), ...parts.doubtful]);
  let count = 0;
  return [...networks].map((cidr) => {
    let name = names.get(cidr);
    while (name === undefined) {
      const candidate = `segment${++count}`;
      if (!given.has(candidate) && taken.isFreeName(candidate)) name = candidate;
    }
    return { name, cidr };
  });
}

function reportOverlaps(parts: LabParts, ports: Port[], document: YamlDocument): void {
  const networks = new Map<string, Network>();
  for (const { owner, address, path } of ports) {
    const cidr = networkOf(address);
    if (!networks.has(cidr)) networks.set(cidr, { cidr, what: `the underlay segment of ${owner}`, path });
  }
  const shares = parts.nodes.flatMap((node, index): Network[] =>
    node?.podCIDR === undefined
      ? []
      : [
          {
            cidr: node.podCIDR,
            what: `the podCIDR of ${node.name}`,
            node: node.name,
            path: ['cluster', 'nodes', index, 'podCIDR'],
          },
        ],
  );
  for (const [one, other] of overlapping([...networks.values(), ...shares])) {
    for (const { node } of [one, other]) if (node !== undefined) parts.doubtfulShares.add(node);
    document.report(
      other.path,
      `found ${other.cidr}, which overlaps ${one.cidr}, ${one.what}; expected networks apart from each other`,
    );
  }
}

/** The addresses of routers on each network. */
function routersOf(ports: Port[]): Map<string, string[]> {
  const routers = new Map<string, string[]>();
  for (const { isRouter, address } of ports) {
    if (!isRouter) continue;
    const there = routers.get(networkOf(address)) ?? [];
    there.push(addressOf(address));
    routers.set(networkOf(address), there);
  }
  return routers;
}

function gateway(
  entry: NodeEntry | HostEntry,
  { document, path, routers }: { document: YamlDocument; path: Path; routers: Map<string, string[]> },
): string | undefined {
  const { gateway: given, address } = entry;
  if (given === 'none') return undefined;
  if (given !== undefined) {
    const own = addressOf(address) === given ? 'it is its own address' : undefined;
    const problem = memberProblem(address, given) ?? own;
    if (problem !== undefined)
      document.report(
        path,
        `found ${given}: ${problem}; expected a neighbour in ${networkOf(address)}, or none`,
      );
    return given;
  }
  const [only, ...others] = routers.get(networkOf(address)) ?? [];
  return others.length === 0 ? only : undefined;
}

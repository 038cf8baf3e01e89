import { nthAddress, prefixLengthOf } from '../model/cidr.ts';
import type { Bridge, Flannel, Node } from '../model/cluster.ts';
import { dockerBridgeMAC, normalMAC, seededMAC } from '../model/mac.ts';
import type { LabParts } from './lab-parts.ts';
import { leaseProblem, netConf, type NetConf } from './net-conf.ts';
import type { NodeEntry } from './schema-cluster.ts';
import type { Taken } from './taken.ts';
import type { YamlDocument } from './yaml-document.ts';

const defaultMTU = 1500;
/** Outer Ethernet, IPv4, UDP and VXLAN headers: 14 + 20 + 8 + 8. */
const vxlanOverhead = 50;
const leastMTU = 68;

export interface NodeLayer {
  nodes: Node[];
  bridge: Bridge;
  flannel?: Flannel;
  /** Names of devices that each node has of its own. */
  devices: string[];
}

/** The nodes of a lab file with their pod bridge and overlay, every default filled in. */
export function nodeLayer(
  parts: LabParts,
  document: YamlDocument,
  { taken, gateways }: { taken: Taken; gateways: Map<string, string> },
): NodeLayer {
  const conf = parts.flannel === undefined ? undefined : netConf(parts.flannel, document);
  const encapsulates = parts.flannel !== undefined || parts.flannelIsDoubtful;
  const vtep = conf === undefined ? [] : [`flannel.${conf.backend.vni}`];
  const bridge = bridgeOf(parts, document, { encapsulates, own: ['lo', 'eth0', ...vtep] });
  for (const [index, node] of parts.nodes.entries())
    if (node !== undefined) checkNode(node, index, { parts, document, conf, encapsulates });
  claimMACs(parts, document, taken);
  const nodes = parts.nodes.flatMap((node, index): Node[] => {
    if (node === undefined) return [];
    const owner = { what: `node "${node.name}"`, document, path: ['cluster', 'nodes', index, 'name'] };
    const free = (make: (seed: string) => string, what: string): string =>
      taken.freeMAC(make, `${node.name} ${what}`, owner);
    const gateway = gateways.get(node.name);
    const filled: Node = {
      name: node.name,
      address: node.address,
      mtu: node.mtu ?? defaultMTU,
      mac: node.mac === undefined ? free(seededMAC, 'eth0') : normalMAC(node.mac),
      ...(node.podCIDR === undefined ? {} : { podCIDR: node.podCIDR }),
      bridgeMAC:
        node.bridgeMAC === undefined
          ? free(bridge.style === 'docker' ? dockerBridgeMAC : seededMAC, 'bridge')
          : normalMAC(node.bridgeMAC),
      vtepMAC: node.vtepMAC === undefined ? free(seededMAC, 'vtep') : normalMAC(node.vtepMAC),
      ...(gateway === undefined ? {} : { gateway }),
    };
    return [filled];
  });
  const flannel: Flannel | undefined = conf && {
    era: conf.era,
    network: conf.network,
    ipMasq: conf.ipMasq,
    backend: conf.backend,
  };
  return {
    nodes,
    bridge,
    ...(flannel === undefined ? {} : { flannel }),
    devices: ['lo', 'eth0', bridge.name, ...vtep],
  };
}

function bridgeOf(
  parts: LabParts,
  document: YamlDocument,
  { encapsulates, own }: { encapsulates: boolean; own: string[] },
): Bridge {
  const underlay = Math.min(...parts.nodes.map((node) => node?.mtu ?? defaultMTU));
  const given = typeof parts.bridge === 'string' ? { name: parts.bridge } : parts.bridge;
  const name = given?.name ?? (parts.flannel?.era === 'v0.7' ? 'docker0' : 'cni0');
  const path = typeof parts.bridge === 'string' ? ['cluster', 'bridge'] : ['cluster', 'bridge', 'name'];
  if (own.includes(name))
    document.report(
      path,
      `found the bridge ${name}; expected another name, as each node has a device of this one`,
    );
  return {
    name,
    style: given?.style ?? (name === 'docker0' ? 'docker' : 'cni'),
    mtu: given?.mtu ?? Math.max(leastMTU, underlay - (encapsulates ? vxlanOverhead : 0)),
    hairpin: given?.hairpin ?? false,
  };
}

interface NodeRules {
  parts: LabParts;
  document: YamlDocument;
  conf: NetConf | undefined;
  encapsulates: boolean;
}

function checkNode(node: NodeEntry, index: number, { parts, document, conf, encapsulates }: NodeRules): void {
  const path = ['cluster', 'nodes', index];
  const least = leastMTU + vxlanOverhead;
  if (encapsulates && node.mtu !== undefined && node.mtu < least)
    document.report(
      [...path, 'mtu'],
      `found the number ${node.mtu}; expected at least ${least}, as VXLAN takes ${vxlanOverhead} bytes of it`,
    );
  const { name, podCIDR } = node;
  if (podCIDR === undefined && encapsulates)
    document.report(
      path,
      `the key podCIDR of ${name} is missing; expected the subnet that flannel leases to it`,
    );
  // What overlaps another network has been reported, and is wrong in any case.
  if (podCIDR === undefined || parts.doubtfulShares.has(name)) return;
  const problem = sizeProblem(podCIDR) ?? (conf && leaseProblem(podCIDR, conf));
  if (problem === undefined) return;
  parts.doubtfulShares.add(name);
  document.report([...path, 'podCIDR'], `found ${podCIDR}: ${problem}`);
}

function sizeProblem(podCIDR: string): string | undefined {
  if (prefixLengthOf(podCIDR) <= 30) return undefined;
  return 'it has no room; expected a prefix length of at most 30, for the bridge takes the first address and pods the others';
}

function claimMACs(parts: LabParts, document: YamlDocument, taken: Taken): void {
  const devices = { mac: 'eth0', bridgeMAC: 'the bridge', vtepMAC: 'flannel' } as const;
  for (const [index, node] of parts.nodes.entries())
    for (const key of ['mac', 'bridgeMAC', 'vtepMAC'] as const) {
      const mac = node?.[key];
      if (mac === undefined) continue;
      taken.mac(normalMAC(mac), {
        what: `${devices[key]} of ${node?.name}`,
        document,
        path: ['cluster', 'nodes', index, key],
      });
    }
}

/** The address of the bridge of a node with this podCIDR: its first. */
export function bridgeAddress(podCIDR: string): string {
  return nthAddress(podCIDR, 1);
}

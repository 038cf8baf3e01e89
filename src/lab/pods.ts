import { addressProblem, contains, hostCount, memberProblem, prefixLengthOf } from '../model/cidr.ts';
import type { Node, Pod } from '../model/cluster.ts';
import { dockerMAC, seededMAC } from '../model/mac.ts';
import { hostVethName, nearest, podNetns } from '../model/names.ts';
import type { LabParts } from './lab-parts.ts';
import type { PodSource } from './manifest.ts';
import { bridgeAddress, type NodeLayer } from './nodes.ts';
import { annotationPath, podWishes, type PodWishes } from './pod-annotations.ts';
import type { Owner, Taken } from './taken.ts';
import { FreeAddresses } from './free-addresses.ts';
import { found } from './validate.ts';

interface Placed {
  source: PodSource;
  pod: NonNullable<PodSource['pod']>;
  node: Node;
  netns: string;
  wishes: PodWishes;
  ip: string | undefined;
  /** Another pod has the same address, which has been reported. */
  sharesAddress?: boolean;
}

interface Surroundings {
  layer: NodeLayer;
  taken: Taken;
  /** Of nodes that did not fit their schema the names are known at best: their pods are passed over. */
  parts: Pick<LabParts, 'doubtful' | 'doubtfulShares' | 'namesAreComplete'>;
}

/**
 * The pods of the manifests, on their nodes.
 *
 * A pod without status.podIP gets the next free host address of its node's podCIDR, from the second up (.1 is the bridge's), in the order of
 * the files; addresses that any pod names are passed over. A MAC that no annotation names is Docker's 02:42 and the address on a docker bridge,
 * else made from the name; so is the name of the host end of the veth pair.
 */
export function pods(sources: PodSource[], around: Surroundings): Pod[] {
  const nodes = new Map(around.layer.nodes.map((node) => [node.name, node]));
  const placed = sources.flatMap((source) => placedPod(source, nodes, around));
  for (const item of placed) claimWishes(item, around);
  const addresses = new FreeAddresses(around.taken);
  const devices = new Set(around.layer.devices);
  for (const { wishes } of placed) if (wishes.hostVeth !== undefined) devices.add(wishes.hostVeth);
  return placed.flatMap((item) => {
    const { node, netns, source } = item;
    const owner = {
      what: `pod "${netns}"`,
      document: source.document,
      path: [...source.path, 'metadata', 'name'],
    };
    const ip = item.ip ?? addresses.next(node, owner);
    if (ip === undefined) reportFull(item);
    return ip === undefined ? [] : finished(item, ip, { ...around, devices });
  });
}

function placedPod(source: PodSource, nodes: Map<string, Node>, { layer, parts }: Surroundings): Placed[] {
  const { pod, document, path } = source;
  if (pod === undefined) return [];
  const { name, namespace = 'default' } = pod.metadata;
  const { nodeName } = pod.spec;
  if (pod.spec.hostNetwork === true) {
    document.report(
      [...path, 'spec', 'hostNetwork'],
      'found a pod on the network of its node; expected one with a network of its own, as others are not there yet',
    );
    return [];
  }
  const node = nodes.get(nodeName);
  if (node === undefined) {
    if (parts.namesAreComplete && !parts.doubtful.includes(nodeName))
      document.report([...path, 'spec', 'nodeName'], () => unknownNode(nodeName, layer.nodes));
    return [];
  }
  const wishes = podWishes(source);
  const placed = { source, pod, node, netns: podNetns(namespace, name), wishes };
  const ip = pod.status?.podIP;
  if (node.podCIDR === undefined) {
    document.report(
      [...path, 'spec', 'nodeName'],
      `found a pod on ${node.name}, which has no podCIDR; expected one in the lab file`,
    );
    return [];
  }
  // Too small for a bridge and a pod, which has been reported at the node.
  if (prefixLengthOf(node.podCIDR) > 30) return [];
  if (ip === undefined) return [{ ...placed, ip }];
  const problem = addressWords(ip, node, {
    nodes: layer.nodes,
    isDoubtful: parts.doubtfulShares.has(node.name),
  });
  if (problem === undefined) return [{ ...placed, ip }];
  document.report([...path, 'status', 'podIP'], `found ${found(ip)}: ${problem}`);
  return [];
}

function unknownNode(nodeName: string, nodes: Node[]): string {
  // `kubectl get pods -o wide` of the documents shows nodes by their addresses.
  const byAddress = nodes.find(({ address }) => address.startsWith(`${nodeName}/`));
  const near =
    byAddress?.name ??
    nearest(
      nodeName,
      nodes.map(({ name }) => name),
    );
  const meant = near === undefined ? '' : `; did you mean ${near}?`;
  return `found the unknown node ${found(nodeName)}; expected ${nodes
    .map(({ name }) => name)
    .slice(0, 10)
    .join(', ')}${nodes.length > 10 ? ' ...' : ''}${meant}`;
}

function addressWords(
  ip: string,
  node: Node,
  { nodes, isDoubtful }: { nodes: Node[]; isDoubtful: boolean },
): string | undefined {
  const podCIDR = node.podCIDR ?? '';
  const wanted = `expected an address of ${podCIDR}, the podCIDR of ${node.name}`;
  const malformed = addressProblem(ip);
  if (malformed !== undefined) return `${malformed}; ${wanted}`;
  if (isDoubtful) return undefined;
  const problem = memberProblem(podCIDR, ip);
  const other = nodes.find((candidate) => candidate.podCIDR !== undefined && contains(candidate.podCIDR, ip));
  const advice = other === undefined || other === node ? '' : `; it belongs to ${other.name}`;
  if (problem !== undefined) return `${problem}; ${wanted}${advice}`;
  return ip === bridgeAddress(podCIDR) ? `it is the bridge's own address; ${wanted}` : undefined;
}

/** Registers what the manifests themselves say, before anything is chosen freely. */
function claimWishes(item: Placed, { layer, taken }: Surroundings): void {
  const { source, node, netns, wishes, ip } = item;
  const owner = (...below: string[]): Owner => ({
    what: `pod "${netns}"`,
    document: source.document,
    path: [...source.path, ...below],
  });
  if (ip !== undefined) item.sharesAddress = !taken.address(ip, owner('status', 'podIP'));
  if (wishes.mac !== undefined) taken.mac(wishes.mac, owner(...annotationPath('mac')));
  if (wishes.hostVethMAC !== undefined)
    taken.mac(wishes.hostVethMAC, owner(...annotationPath('host-veth-mac')));
  const at = owner(...annotationPath('host-veth'));
  if (wishes.hostVeth !== undefined && layer.devices.includes(wishes.hostVeth))
    at.document.report(
      at.path,
      `found ${found(wishes.hostVeth)}, which is a device of each node; expected another name`,
    );
  else if (wishes.hostVeth !== undefined)
    taken.device(wishes.hostVeth, at, `the veth ${found(wishes.hostVeth)}`);
  if (wishes.hostVethIndex !== undefined)
    taken.device(
      `${node.name}/${wishes.hostVethIndex}`,
      owner(...annotationPath('host-veth-index')),
      `ifindex ${wishes.hostVethIndex} on ${node.name}`,
    );
}

function finished(
  item: Placed,
  ip: string,
  { layer, taken, devices }: Surroundings & { devices: Set<string> },
): Pod {
  const { source, pod, node, netns, wishes } = item;
  const { bridge } = layer;
  const owner: Owner = {
    what: `pod "${netns}"`,
    document: source.document,
    path: [...source.path, 'metadata', 'name'],
  };
  return {
    namespace: pod.metadata.namespace ?? 'default',
    name: pod.metadata.name,
    netns,
    node: node.name,
    ip,
    labels: { ...pod.metadata.labels },
    mac: wishes.mac ?? derivedMAC(bridge.style, item, { ip, taken, owner }),
    mtu: wishes.mtu ?? bridge.mtu,
    hostVeth: {
      name: wishes.hostVeth ?? hostVethName(bridge.style, netns, devices),
      mac: wishes.hostVethMAC ?? taken.freeMAC(seededMAC, `${netns} host-veth`, owner),
      ...(wishes.hostVethIndex === undefined ? {} : { index: wishes.hostVethIndex }),
    },
    ...(wishes.index === undefined ? {} : { index: wishes.index }),
  };
}

function derivedMAC(
  style: 'docker' | 'cni',
  { netns, sharesAddress }: Placed,
  { ip, taken, owner }: { ip: string; taken: Taken; owner: Owner },
): string {
  if (style === 'cni') return taken.freeMAC(seededMAC, `${netns} eth0`, owner);
  const mac = dockerMAC(ip);
  if (sharesAddress !== true) taken.mac(mac, owner);
  return mac;
}

function reportFull({ node, source }: Placed): void {
  const podCIDR = node.podCIDR ?? '';
  source.document.report(
    [...source.path, 'spec', 'nodeName'],
    `found more pods on ${node.name} than its podCIDR ${podCIDR} has addresses; expected at most ${hostCount(podCIDR) - 1}`,
  );
}

import { macOfAddress } from '../model/mac.ts';
import type { Flannel } from '../model/cluster.ts';
import { Failure } from '../run/failure.ts';

/** What a generated lab is to have. */
export interface LabSize {
  nodes: number;
  pods: number;
  era: Flannel['era'];
}

export interface GeneratedLab {
  name: string;
  /** Text by file name: `lab.yaml` and the manifests that it names. */
  files: Record<string, string>;
}

/** 192.168.0.1 to .250 are nodes. */
const MOST_NODES = 250;
/** A /24 has 254 addresses for hosts; the first is the bridge's. */
const MOST_PODS_PER_NODE = 253;

const NETWORK = '10.244.0.0/16';

/**
 * A flannel cluster of any size whose names say the addresses; the same for the same size.
 *
 *   node17   192.168.0.17/24, podCIDR 10.244.17.0/24, the MAC of its VTEP 0a:58 and the VTEP's address
 *   pod-17-3 the third pod of node17, 10.244.17.4 (.1 is the bridge)
 *
 * Pods are dealt out to the nodes in turn, as a scheduler does that spreads them. Throws Failure 'usage' for what does not fit.
 */
export function generatedLab(size: LabSize): GeneratedLab {
  const { nodes, pods, era } = size;
  if (nodes > MOST_NODES) {
    throw new Failure(
      'usage',
      `${nodes} nodes do not fit: they share 192.168.0.0/24, where .1 to .${MOST_NODES} are for them; at most ${MOST_NODES}`,
    );
  }
  if (pods > nodes * MOST_PODS_PER_NODE) {
    throw new Failure(
      'usage',
      `${pods} pods do not fit on ${counted(nodes, 'node')}: a podCIDR is a /24, of which the bridge takes one address and pods ` +
        `${MOST_PODS_PER_NODE}; at most ${nodes * MOST_PODS_PER_NODE}`,
      [`for ${pods} pods at least ${Math.ceil(pods / MOST_PODS_PER_NODE)} nodes`].filter(
        () => Math.ceil(pods / MOST_PODS_PER_NODE) <= MOST_NODES,
      ),
    );
  }
  const name = `flannel-${era === 'current' ? '' : 'v0-7-'}${nodes}x${pods}`;
  return { name, files: { 'lab.yaml': labText(name, size), 'pods.yaml': podsText(size) } };
}

interface GeneratedNode {
  name: string;
  address: string;
  podCIDR: string;
  gateway: string;
  vtep: string;
  vtepMAC: string;
  pods: number;
}

function generatedNode(number: number, { nodes, pods }: LabSize): GeneratedNode {
  const vtep = `10.244.${number}.0`;
  return {
    name: `node${number}`,
    address: `192.168.0.${number}`,
    podCIDR: `${vtep}/24`,
    gateway: `10.244.${number}.1`,
    vtep,
    vtepMAC: macOfAddress([0x0a, 0x58], vtep),
    pods: Math.ceil((pods - number + 1) / nodes),
  };
}

const podName = (node: number, pod: number): string => `pod-${node}-${pod}`;
const podAddress = (node: number, pod: number): string => `10.244.${node}.${pod + 1}`;
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function labText(name: string, size: LabSize): string {
  const { nodes, pods, era } = size;
  const words = era === 'current' ? "today's flannel" : 'flannel v0.7';
  const all = Array.from({ length: nodes }, (_, index) => generatedNode(index + 1, size));
  return `# Made by: lab generate --nodes ${nodes} --pods ${pods} --era ${era}
name: ${name}
summary: ${counted(nodes, 'node')} and ${counted(pods, 'pod')} with the VXLAN backend of ${words}
cluster:
  nodes:
${all.map((node) => `    - {name: ${node.name}, address: ${node.address}/24, podCIDR: ${node.podCIDR}, vtepMAC: '${node.vtepMAC}'}\n`).join('')}  segments:
    - {name: lan, cidr: 192.168.0.0/24}
  bridge: ${bridgeOf(era)}
  flannel:
    era: ${era}
    config: {Network: ${NETWORK}, Backend: {Type: vxlan}}
manifests: [pods.yaml]
checks:
${checksText(size)}`;
}

const bridgeOf = (era: Flannel['era']): string => (era === 'current' ? 'cni0' : 'docker0');

/** One document for each pod, node by node; what `kubectl get pods -o yaml` prints of them that matters here. */
function podsText(size: LabSize): string {
  const documents: string[] = [];
  for (let node = 1; node <= size.nodes; node++) {
    for (let pod = 1; pod <= generatedNode(node, size).pods; pod++) {
      documents.push(`apiVersion: v1
kind: Pod
metadata: {name: ${podName(node, pod)}}
spec: {nodeName: node${node}}
status: {podIP: ${podAddress(node, pod)}}
`);
    }
  }
  return documents.join('---\n');
}

/** More than so many pairs are sampled. */
const WHOLE_MESH_PODS = 15;
const LEAST_SAMPLE = 200;

/** What makes sense at any size: a sample of all the paths, and one path and the rows of its two nodes in full. */
function checksText(size: LabSize): string {
  const { nodes, pods } = size;
  const lines = pods < 2 ? [] : [meshLine(pods)];
  // The nodes that are farthest apart and have pods.
  const last = Math.min(nodes, pods);
  const one = generatedNode(1, size);
  const other = generatedNode(last, size);
  if (last > 1) {
    const [from, to] = [podName(1, 1), podName(last, other.pods)];
    lines.push(
      `packet: {while: {ping: {from: ${from}, to: ${to}}}, on: [${one.name}/eth0, ${other.name}/eth0], ` +
        `expect: {outer: ${one.address} > ${other.address}, vxlan: {vni: 1, port: 8472}, inner: ${podAddress(1, 1)} > ${podAddress(last, other.pods)}, icmp: echo-request}}`,
      `tcp: {from: ${from}, to: ${to}, port: 50051, source: ${podAddress(1, 1)}}`,
      ...learnedLines(size, { from, to }, other),
      ...tableLines(size, one, other),
      ...tableLines(size, other, one),
    );
  } else {
    lines.push(addressLine(size, one));
  }
  return lines.map((line) => `  - ${line}\n`).join('');
}

function meshLine(pods: number): string {
  return pods <= WHOLE_MESH_PODS ? 'mesh: {}' : `mesh: {sample: ${Math.max(LEAST_SAMPLE, pods)}}`;
}

/** What only flannel v0.7 does: the way is learned with the first packet. */
function learnedLines(
  size: LabSize,
  { from, to }: { from: string; to: string },
  other: GeneratedNode,
): string[] {
  if (size.era === 'current') return [];
  return [`miss: {from: ${from}, to: ${to}, on: node1/flannel.1, lladdr: '${other.vtepMAC}'}`];
}

/** The rows of one node by which it reaches the pods of another. */
function tableLines(size: LabSize, node: GeneratedNode, other: GeneratedNode): string[] {
  const at = `in: ${node.name}, dev: flannel.1`;
  return [
    `link: {in: ${node.name}, name: flannel.1, type: vxlan, mtu: 1450, mac: '${node.vtepMAC}', vni: 1, port: 8472, local: ${node.address}, up: true}`,
    addressLine(size, node),
    `fdb: {${at}, lladdr: '${other.vtepMAC}', dst: ${other.address}, permanent: true}`,
    ...(size.era === 'current'
      ? [
          `route: {in: ${node.name}, to: ${other.podCIDR}, via: ${other.vtep}, dev: flannel.1, onlink: true}`,
          `neighbour: {${at}, address: ${other.vtep}, lladdr: '${other.vtepMAC}', state: permanent}`,
          `iptables: {in: ${node.name}, table: nat, chain: FLANNEL-POSTRTG, rule: '-s ${node.podCIDR} -d ${NETWORK} -m comment --comment "flanneld masq" -j RETURN'}`,
        ]
      : [
          `route: {in: ${node.name}, to: ${NETWORK}, dev: flannel.1}`,
          `iptables: {in: ${node.name}, table: nat, chain: POSTROUTING, rule: '-s ${NETWORK} -d ${NETWORK} -j RETURN'}`,
        ]),
  ];
}

function addressLine({ era }: LabSize, { name, gateway }: GeneratedNode): string {
  return `address: {in: ${name}, dev: ${bridgeOf(era)}, address: ${gateway}/24}`;
}

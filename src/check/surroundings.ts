import type { Lab } from '../lab/lab.ts';
import { addressOf } from '../model/cidr.ts';
import type { Cluster } from '../model/cluster.ts';
import type { KernelState } from '../kernel/state.ts';
import { resolveName } from '../lab/resolve-name.ts';
import type { CapturedFrame } from '../packet/expectation.ts';
import type { Session } from '../sandbox/session.ts';
import type { TableReader } from './table-reader.ts';
import type { Sight } from './sight.ts';
import type { Tap } from '../capture/tap.ts';

/** What a check works with. */
export interface Surroundings {
  lab: Lab;
  want: KernelState;
  session: Session;
  /** Captures on all places that the checks of this run name. */
  tap: Tap;
  signal: AbortSignal;
  readTables: TableReader;
  /** Everything in the kernel as it is now, for the evidence of a failed check. */
  look: () => Promise<Sight>;
}

/** What one try of a claim found. */
export interface Outcome {
  holds: boolean;
  want: string[];
  got: string[];
  /** Frames that belong to this try, for the evidence. */
  frames?: CapturedFrame[];
  /** It could not be tried, for this reason: neither the claim nor its opposite has been shown. */
  untried?: string;
  /** With `untried`: because this machine lacks something. */
  lacking?: boolean;
  /** Of a mesh: two that do not reach each other. */
  pair?: { from: string; to: string };
  /** Of TCP, UDP and HTTP: the ports of both ends, by which packets that do not carry the probe's tag can be told. */
  ports?: { client: number; server: number };
}

export const isAddress = (word: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(word);

export function namespaceOf(around: Pick<Surroundings, 'want'>, word: string): string {
  return resolveName(
    word,
    around.want.namespaces.map((namespace) => namespace.name),
  );
}

/** The IPv4 address of a node, pod, router or host; an address stands for itself. */
export function targetAddress(around: Pick<Surroundings, 'lab' | 'want'>, word: string): string {
  if (isAddress(word)) return word;
  const name = namespaceOf(around, word);
  return ownAddress(around.lab.cluster, name) ?? name;
}

export function ownAddress(cluster: Cluster, name: string): string | undefined {
  const pod = cluster.pods.find((candidate) => candidate.netns === name);
  if (pod) return pod.ip;
  const node = cluster.nodes.find((candidate) => candidate.name === name);
  if (node) return addressOf(node.address);
  const router = cluster.routers.find((candidate) => candidate.name === name)?.addresses[0];
  if (router) return addressOf(router);
  const host = cluster.hosts.find((candidate) => candidate.name === name);
  return host && addressOf(host.address);
}

/** `node1/eth0`, with the name written out. */
export function placeOf(around: Pick<Surroundings, 'want'>, place: string): string {
  const cut = place.lastIndexOf('/');
  return `${namespaceOf(around, place.slice(0, cut))}/${place.slice(cut + 1)}`;
}

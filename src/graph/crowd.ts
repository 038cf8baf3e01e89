import { addressOf, compareCidrs } from '../model/cidr.ts';
import type { Picture, PodBox } from './picture.ts';

/** Pods of one node: drawn one by one, or as one box that stands for all of them. */
export type PodGroup = { pods: PodBox[]; crowd?: undefined } | { pods: []; crowd: Crowd };

/** `50 pods, 172.30.1.2 – 172.30.1.51`; `first` and `last` by address. */
export interface Crowd {
  count: number;
  bridge: string;
  first: PodBox;
  last: PodBox;
}

/** The pods of each node. More than `most` on a node are too many to be told apart in a picture, and become a crowd. */
export function podGroups({ machines, pods }: Picture, most: number): Map<string, PodGroup> {
  const groups = new Map<string, PodBox[]>();
  for (const { name, role } of machines) if (role === 'node') groups.set(name, []);
  for (const pod of pods) groups.get(pod.node)?.push(pod);
  return new Map([...groups].map(([node, own]) => [node, group(own, most)]));
}

function group(pods: PodBox[], most: number): PodGroup {
  if (pods.length <= most) return { pods };
  const sorted = pods.toSorted((one, other) => compareCidrs(addressWithin(one), addressWithin(other)));
  const first = sorted[0] as PodBox;
  const last = sorted.at(-1) as PodBox;
  return { pods: [], crowd: { count: pods.length, bridge: first.host.bridge, first, last } };
}

const addressWithin = (pod: PodBox): string => pod.device.addresses[0] ?? '0.0.0.0/0';

/** A pod's address without its prefix length, which is the bridge's too. */
export function podAddress(pod: PodBox): string {
  const address = pod.device.addresses[0];
  return address === undefined ? '' : addressOf(address);
}

/** How many pods a node may have and still get a box for each: a slide has room for some 60 to 200 in all. */
export function mostPods({ machines }: Picture): number {
  const nodes = machines.filter(({ role }) => role === 'node').length;
  if (nodes <= 2) return 24;
  if (nodes <= 4) return 16;
  if (nodes <= 12) return 12;
  return nodes <= 30 ? 8 : 1;
}

/** More members than this, and the tunnels between all of them would hide everything else: each gets one line to a common point instead. */
export const MOST_MEMBERS_IN_PAIRS = 4;

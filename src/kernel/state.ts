import type { Address } from './address.ts';
import type { FdbEntry } from './fdb.ts';
import type { BridgeFdbEntry } from './bridge-fdb.ts';
import type { IptablesRule } from './iptables.ts';
import type { Link } from './link.ts';
import type { Neighbour } from './neighbour.ts';
import type { NftTable } from './nft-table.ts';
import type { Qdisc } from './qdisc.ts';
import type { Route } from './route.ts';
import type { Rule } from './rule.ts';
import type { Sysctl } from './sysctl.ts';

/** Who wants a row, and why: one sentence that names the concrete lease, node, pod or rule. */
export interface Reason {
  owner: 'underlay' | 'docker' | 'cni' | 'flannel' | 'lab' | 'kernel';
  why: string;
}

export type Wanted<Row> = Row & Reason;

/** What a lab wants in the kernel, namespace by namespace. */
export interface KernelState {
  namespaces: NamespaceState[];
}

export interface NamespaceState {
  name: string;
  role: 'node' | 'pod' | 'segment' | 'router' | 'host';
  links: Wanted<Link>[];
  addresses: Wanted<Address>[];
  routes: Wanted<Route>[];
  neighbours: Wanted<Neighbour>[];
  /** What a neighbour entry that was learned must say: an address of `subnet` on `dev` has this MAC. */
  answers: Wanted<{ dev: string; subnet: string; lladdr: string }>[];
  fdb: Wanted<FdbEntry>[];
  sysctls: Wanted<Sysctl>[];
  iptables: Wanted<IptablesRule>[];
  /** Files of /etc that are the namespace's own (ip-netns(8): /etc/netns/NAME/). */
  files: Record<string, string>;
}

export function emptyNamespace(name: string, role: NamespaceState['role']): NamespaceState {
  return {
    name,
    role,
    links: [],
    addresses: [],
    routes: [],
    neighbours: [],
    answers: [],
    fdb: [],
    sysctls: [],
    iptables: [],
    files: {},
  };
}

/** What is in the kernel: the same rows without reasons, and those of others. */
export interface ObservedNamespace {
  name: string;
  links: ObservedLink[];
  addresses: Address[];
  routes: Route[];
  neighbours: Neighbour[];
  fdb: FdbEntry[];
  iptables: IptablesRule[];
  sysctls: Sysctl[];
  /** What else may stand in the way of packets; absent where it was not looked for. */
  besides?: Besides;
}

export const emptyObserved = (name: string): ObservedNamespace => ({
  name,
  links: [],
  addresses: [],
  routes: [],
  neighbours: [],
  fdb: [],
  iptables: [],
  sysctls: [],
});

export interface Besides {
  /** Whether iptables(8) of this machine keeps its rules in nftables. */
  usesNft: boolean;
  rules: Rule[];
  /** Entries of the FDB that name no VTEP. */
  bridgeFdb: BridgeFdbEntry[];
  qdiscs: Qdisc[];
  nftTables: NftTable[];
  /** Rules of the other iptables of this machine: of iptables-legacy where iptables(8) writes nftables, and the other way round. */
  otherIptables: IptablesRule[];
  /** Sysctls of a fresh namespace of this machine, by name. */
  fresh: ReadonlyMap<string, string>;
  /** Files of /etc that are the namespace's own, as they are now. */
  files: Readonly<Record<string, string>>;
}

export interface ObservedLink extends Link {
  index: number;
  /** ifindex of a veth's other end, in the other namespace. */
  peerIndex?: number;
  /** False: ARP has been turned off on it. */
  arp?: boolean;
  /** Of a bridge port with a carrier: `forwarding`, `disabled`, `blocking` ... */
  portState?: string;
  /** Options of its kind, and of the bridge port that it is, that are not as the kernel makes them (link-option.ts). */
  turned?: Record<string, string>;
  turnedPort?: Record<string, string>;
  /** Of a veth end that the lab knows: the other end, where that was examined. */
  otherEnd?: string;
}

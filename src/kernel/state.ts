import type { Address } from './address.ts';
import type { FdbEntry } from './fdb.ts';
import type { IptablesRule } from './iptables.ts';
import type { Link } from './link.ts';
import type { Neighbour } from './neighbour.ts';
import type { Route } from './route.ts';
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
  /** Sysctls of a fresh namespace of this machine, where they were read too. */
  fresh?: ReadonlyMap<string, string>;
}

export interface ObservedLink extends Link {
  index: number;
  /** ifindex of a veth's other end, in the other namespace. */
  peerIndex?: number;
  /** Of a bridge port with a carrier: `forwarding`, `disabled`, `blocking` ..., and whether it is kept from other such ports. */
  port?: { state: string; isolated: boolean };
}

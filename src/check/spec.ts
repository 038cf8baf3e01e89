import type { FrameExpectation } from '../packet/expectation.ts';

/**
 * The checks of a lab file, as data. In YAML a check is a mapping with exactly one kind key and the common keys beside it:
 *
 *   - ping: {from: pod-a, to: pod-b}
 *     within: 3s
 *
 * `from`, `in` and `to` name a node, pod, router or host; `to` may be a bare IPv4 address too. Places are `<name>/<device>`.
 */
export interface CheckSpec {
  /** Position in the lab file's list, from 1. */
  number: number;
  /** A sentence about the network; absent: made from the check's words. */
  name?: string;
  /** The claim must not hold. */
  not: boolean;
  /** How long to retry until it holds, milliseconds. */
  withinMs: number;
  /** `slow` checks run only with --slow. */
  tags: string[];
  claim: Claim;
}

export type Claim =
  | ({ kind: 'ping' } & Ping)
  | ({ kind: 'tcp' } & Exchange)
  | ({ kind: 'udp' } & Exchange)
  | ({ kind: 'http' } & Http)
  | ({ kind: 'command' } & Command)
  | ({ kind: 'link' } & LinkRow)
  | ({ kind: 'address' } & AddressRow)
  | ({ kind: 'route' } & RouteRow)
  | ({ kind: 'neighbour' } & NeighbourRow)
  | ({ kind: 'fdb' } & FdbRow)
  | ({ kind: 'iptables' } & IptablesRow)
  | ({ kind: 'sysctl' } & SysctlRow)
  | ({ kind: 'packet' } & Packet)
  | ({ kind: 'mesh' } & Mesh)
  | ({ kind: 'miss' } & Miss);

/** What sends packets while a packet check captures. `command` has no tag of its own: match it by addresses. */
export type Probe =
  | ({ kind: 'ping' } & Ping)
  | ({ kind: 'tcp' } & Exchange)
  | ({ kind: 'udp' } & Exchange)
  | ({ kind: 'http' } & Http)
  | ({ kind: 'command' } & Command);

/** An echo request is answered. */
export interface Ping {
  from: string;
  to: string;
  /** ICMP payload in bytes (IPv4 packet minus 28); default 56. */
  size?: number;
  /** Set the don't-fragment bit (`ping -M do`). */
  df?: boolean;
  /**
   * What must come of it; default `reply`. `frag-needed`: a router says so; `message-too-long`: the sender's own kernel refuses;
   * `no-reply`: nothing comes back before `waitMs`, and nothing refuses it either.
   */
  expect?: 'reply' | 'no-reply' | 'unreachable' | 'frag-needed' | 'message-too-long';
  /** The MTU that the frag-needed or message-too-long answer must name. */
  mtu?: number;
  /** How long one try waits for an answer, milliseconds; default 1000. */
  waitMs?: number;
}

/** A tagged message goes to a listener that the check starts in `to`, and comes back unchanged. */
export interface Exchange {
  from: string;
  to: string;
  port: number;
  /** Address to connect to when it is not `to`'s own (a service address). */
  address?: string;
  /** Payload in bytes; default 64. */
  size?: number;
  /** What the listener must see as the client's address. */
  source?: string;
  waitMs?: number;
}

/** A GET request. With `to` the check starts a small responder there that answers 200 with its own name; with `url` something must listen already. */
export interface Http {
  from: string;
  to?: string;
  port?: number;
  path?: string;
  url?: string;
  host?: string;
  status?: number;
  /** Regular expression that the body must match. */
  body?: string;
  waitMs?: number;
}

/** A command, as argv, run inside a namespace. */
export interface Command {
  in: string;
  run: string[];
  /** Wanted exit code; default 0. */
  exit?: number;
  /** Regular expression that standard output must match (flags `m`). */
  stdout?: string;
  stderr?: string;
}

export interface LinkRow {
  in: string;
  name: string;
  type?: string;
  mtu?: number;
  mac?: string;
  up?: boolean;
  master?: string;
  /** Name of the peer, `<namespace>/<device>`, for a veth: checked by ifindex in both directions. */
  peer?: string;
  index?: number;
  vni?: number;
  port?: number;
  local?: string;
  learning?: boolean;
  hairpin?: boolean;
}

export interface AddressRow {
  in: string;
  dev: string;
  /** With prefix length. */
  address: string;
}

export interface RouteRow {
  in: string;
  /** `default` or a CIDR. */
  to: string;
  dev?: string;
  via?: string;
  metric?: number;
  onlink?: boolean;
  src?: string;
}

export interface NeighbourRow {
  in: string;
  dev: string;
  address: string;
  lladdr?: string;
  /** Any of these states, e.g. `[reachable, stale]`. */
  state?: string[];
}

export interface FdbRow {
  in: string;
  dev: string;
  lladdr: string;
  dst?: string;
  permanent?: boolean;
}

/** A rule as `iptables-save` prints it, without `-A CHAIN`. */
export interface IptablesRow {
  in: string;
  table: string;
  chain: string;
  rule: string;
  /** Position in the chain, from 1. */
  position?: number;
}

export interface SysctlRow {
  in: string;
  name: string;
  value: string;
}

/**
 * Frames on devices while a probe runs. Only frames of this probe count (each carries a random tag), so packet checks run side by side.
 * Negated: no such frame on any of the devices; proved by a fence frame that each capture must see after the probe is over.
 */
export interface Packet {
  while: Probe;
  /** Every place must see a frame that fits (negated: none may). */
  on: string[];
  expect: FrameExpectation;
  /** The probe itself must fail (no reply), e.g. towards an address that nobody has. */
  probeFails?: boolean;
}

/** Every pod reaches every other pod by ping. */
export interface Mesh {
  /** Names; absent: all pods. */
  among?: string[];
  /** So many of the pairs, evenly spread (src/check/mesh-pairs.ts); absent: all. */
  sample?: number;
  /** Which ones; default 1. */
  seed?: number;
}

/**
 * flannel v0.7's neighbour entry on demand: removes the entry for `to` on `on`, pings, and wants the kernel's miss (RTM_GETNEIGH), then the
 * entry with `lladdr`, and the reply, in this order. Runs alone.
 */
export interface Miss {
  from: string;
  /** A pod, or an address; an address outside every lease wants the miss and no entry. */
  to: string;
  /** `<node>/<vxlan device>` */
  on: string;
  lladdr?: string;
}

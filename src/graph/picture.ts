/**
 * A lab as something to draw: what is there, what is plugged into what, and what is carried inside what. All formats draw this and nothing else.
 *
 *   Picture ── segments    switches of the underlay
 *           ── machines    nodes, routers, hosts, each with its devices and routes
 *           ── pods        each with its eth0 and its end on the node
 *           ── wires       veth pairs, one cable each
 *           ── overlays    networks inside the network: their tunnels run between devices of nodes
 */
export interface Picture {
  name: string;
  summary: string;
  /** Few words each about the whole: `2 nodes`, `pod network 172.30.0.0/16`. */
  facts: string[];
  segments: Switch[];
  machines: Machine[];
  pods: PodBox[];
  wires: Wire[];
  overlays: Overlay[];
}

/** An L2 segment of the underlay: a bridge in a namespace of its own. */
export interface Switch {
  name: string;
  cidr: string;
  bridge: string;
}

export interface Machine {
  name: string;
  role: 'node' | 'router' | 'host';
  podCIDR?: string;
  /** From the wire inwards: eth0, then what sends through it, then the pods' bridge. Host ends of the pods' veth pairs are in `wires`. */
  devices: Device[];
  /** As `ip route` prints them, those that somebody configured; the kernel's connected ones follow from the addresses. */
  routes: string[];
}

export interface Device {
  name: string;
  type: 'ethernet' | 'tunnel' | 'bridge';
  mac: string;
  mtu: number;
  /** With prefix lengths; a pod bridge may have several one day. */
  addresses: string[];
  /** Of a tunnel device: `VXLAN VNI 1, UDP 8472`, the same shorter, and the device that its packets leave by. */
  encapsulation?: { words: string; short: string; over: string };
}

export interface PodBox {
  /** Name of its network namespace. */
  name: string;
  node: string;
  /** eth0 inside. */
  device: Device;
  index?: number;
  /** The node's end of the veth pair. */
  host: { name: string; mac: string; index?: number; bridge: string };
}

/** A veth pair: a port of a bridge, and what is plugged into it. */
export interface Wire {
  bridge: { place: string; name: string; port: string };
  far: { place: string; device: string };
}

/** Tunnels of one kind: VXLAN now; other kinds of encapsulation have other words and draw the same. */
export interface Overlay {
  /** `VXLAN VNI 1, UDP 8472` */
  words: string;
  /** Name of the device on each member. */
  device: string;
  members: { node: string; address: string }[];
  /** Pairs of nodes, each once, in the order of `members`. */
  tunnels: [string, string][];
}

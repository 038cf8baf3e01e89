/**
 * What a lab's network is made of, as plain data: no I/O, every default filled in.
 *
 *   outside ── gateway ──┬── segment (one bridge) ──┬── node1 ── docker0 ──┬── pod
 *   (a host)   (router)  │                          │                      └── pod
 *                        └──────────────────────────└── node2 ── docker0 ───── pod
 *
 * Addresses are dotted IPv4 strings, `address/length` where a prefix length belongs to them; MACs are lower case with colons.
 */
export interface Cluster {
  nodes: Node[];
  routers: Router[];
  hosts: Host[];
  /** One L2 segment for each distinct subnet of the nodes', routers' and hosts' addresses, in order of appearance. */
  segments: Segment[];
  pods: Pod[];
  bridge: Bridge;
  flannel?: Flannel;
}

/** A network namespace that plays a Kubernetes node; its eth0 is on the underlay. */
export interface Node {
  name: string;
  /** Underlay address with prefix length, e.g. `192.168.0.21/24`. */
  address: string;
  mtu: number;
  mac: string;
  /** The node's share of the pod network, e.g. `172.30.76.0/24`; absent where the lab has no pods. */
  podCIDR?: string;
  /** MAC of the pod bridge (docker0 or cni0) on this node. */
  bridgeMAC: string;
  /** MAC of flannel.<VNI> on this node: what flannel writes into its lease as VtepMAC. */
  vtepMAC: string;
  /** Next hop of the default route; absent: the node has none. */
  gateway?: string;
}

/** A namespace that forwards between segments: eth0, eth1, ... in the order of `addresses`. */
export interface Router {
  name: string;
  addresses: string[];
}

/** A plain host on a segment, outside the cluster. */
export interface Host {
  name: string;
  address: string;
  gateway?: string;
}

/** An L2 segment: a bridge in a namespace of its own. */
export interface Segment {
  name: string;
  /** Its subnet, e.g. `192.168.0.0/24`. */
  cidr: string;
}

/** A network namespace attached to its node's bridge, as Kubernetes' Pod manifest describes it. */
export interface Pod {
  namespace: string;
  name: string;
  /** The name of its network namespace: the pod's own for namespace `default`, else `<namespace>.<name>`. */
  netns: string;
  node: string;
  /** Address without prefix length, as in `status.podIP`. */
  ip: string;
  labels: Record<string, string>;
  mac: string;
  mtu: number;
  hostVeth: {
    name: string;
    mac: string;
    /** Wanted ifindex; absent: the kernel chooses. */
    index?: number;
  };
  /** Wanted ifindex of eth0 inside the pod; absent: the kernel chooses. */
  index?: number;
}

/** How pods are attached: Docker's bridge of the documents, or the CNI bridge plugin's cni0. */
export interface Bridge {
  name: string;
  style: 'docker' | 'cni';
  mtu: number;
  hairpin: boolean;
}

/** What `net-conf.json` says, with flannel's own defaults, and the generation of flannel that acts on it. */
export interface Flannel {
  era: 'v0.7' | 'current';
  /** The cluster's pod network, e.g. `172.30.0.0/16`. */
  network: string;
  ipMasq: boolean;
  backend: {
    type: 'vxlan';
    vni: number;
    port: number;
  };
}

/** A flannel lease as flannel keeps it in etcd: who holds which subnet, and how to reach it. */
export interface Lease {
  node: string;
  /** e.g. `172.30.9.0/24` */
  subnet: string;
  publicIP: string;
  vtepMAC: string;
}

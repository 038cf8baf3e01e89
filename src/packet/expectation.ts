/**
 * What a frame must look like, in the words of a lab file. Every key is optional; a frame fits when all given keys hold.
 *
 *   {outer: 192.168.0.21 > 192.168.0.22, vxlan: {vni: 1, port: 8472}, inner: 172.30.76.7 > 172.30.9.2, icmp: echo-request}
 *
 * Without `outer`, `outerEther`, `inner`, `innerEther` or `vxlan`, the keys speak of the frame as it is on the wire (its outermost headers);
 * with any of them, `icmp`, `mtu`, `udp`, `tcp`, `arp`, `ttl`, `df` and `inner*` speak of the encapsulated frame (in VXLAN, or a packet in IP),
 * `outer*` and `vxlan` of the encapsulation. `ether` and `length` are always the outermost. The kinds of `icmp` fit ICMPv6's equals too.
 */
export interface FrameExpectation {
  /** `source > destination` of the outermost IP header, for a frame that must not be encapsulated. Either side may be `*`. */
  ip?: string;
  /** `source > destination` of the outer IP header of an encapsulated frame. */
  outer?: string;
  /** `source > destination` of the inner IP header. */
  inner?: string;
  vxlan?: { vni?: number; port?: number };
  /** `source > destination` of the outermost Ethernet header; either side may be `*`. */
  ether?: string;
  outerEther?: string;
  innerEther?: string;
  icmp?:
    | 'echo-request'
    | 'echo-reply'
    | 'frag-needed'
    | 'net-unreachable'
    | 'host-unreachable'
    | 'port-unreachable'
    | 'time-exceeded';
  /** Next-hop MTU in a frag-needed message. */
  mtu?: number;
  /** `who-has ADDRESS` or `is-at MAC`. */
  arp?: string;
  /** `sourcePort > destinationPort`, either may be `*`. */
  udp?: string;
  tcp?: string;
  ttl?: number;
  /** The don't-fragment bit. */
  df?: boolean;
  /** Length in bytes of the outermost IP packet (its Total Length). */
  length?: number;
  /** Direction as seen by the device. */
  direction?: 'in' | 'out';
}

/** One captured frame and where it was captured. */
export interface CapturedFrame {
  /** `node1/eth0` */
  place: string;
  direction: 'in' | 'out';
  /** Seconds since the epoch, with the kernel's own stamp. */
  timeSeconds: number;
  /** Length on the wire, bytes; `bytes` may be shorter. */
  lengthBytes: number;
  bytes: Uint8Array;
  /** UDP port of the lab's VXLAN device, where it has one. */
  vxlanPort?: number;
}

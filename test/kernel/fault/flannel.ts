import type { Lab } from '../../../src/lab/lab.ts';
import type { Fault } from './fault.ts';

/** The nodes' ends of pods' veth pairs are named by hash: the lab knows them. */
export const hostVeth = (lab: Lab, pod: string): string =>
  lab.cluster.pods.find(({ netns }) => netns === pod)?.hostVeth.name ?? '';

export const manager = 'business-manager-666f454f7f-7l86b';
export const product = 'data-product-6664c6dcb9-tkmms';

const macOf = (lab: Lab, pod: string): string =>
  lab.cluster.pods.find(({ netns }) => netns === pod)?.mac ?? '';

/** The other pod on node2. */
const neighbourOfProduct = (lab: Lab): string =>
  lab.cluster.pods.find(({ netns, node }) => node === 'node2' && netns !== product)?.netns ?? '';

export const mesh = 'every pod reaches every other pod';
export const tcp = "TCP from pod to pod arrives with the pod's own address";
export const udp = "UDP from pod to pod arrives with the pod's own address";
export const http = 'HTTP from pod to pod';
export const sameNode = 'traffic within a node stays off eth0 and flannel.1';
export const vxlanFrame = "the echo request crosses both nodes' eth0 inside VXLAN, VNI 1, UDP 8472";
export const innerFrame = 'the inner frame goes from VTEP to VTEP, with its TTL one less';
export const replyFrame = 'the echo reply comes back the same way';
export const unpacked = /^unpacked, it leaves \w+ of node2 for the pod$/;
export const noBare = 'no bare pod packet is ever on the underlay';
export const fits = 'a packet of 1450 bytes passes unfragmented';
export const tooLong = /^with DF, one byte more does not leave the pod/;
export const told = /^a pod with MTU 1500 is told by node1/;
export const nothingElse = 'nothing else is reachable';
export const outsideTcp = 'a pod reaches outside, which sees the node';
export const outsidePing = "on the way out the packet carries node1's address";
export const noPodAddress = 'no pod address gets out';
export const fdbOfNode1 = "frames to node2's VTEP go to 192.168.0.22";
export const fdbOfNode2 = "frames to node1's VTEP go to 192.168.0.21";
const asked = /^for 172\.30\.9\.200 node2 asks on/;

/** Copies every frame that enters a device to another one: cls_bpf with a program of one instruction that takes all. */
export const mirror = (from: string, to: string): string =>
  `tc qdisc add dev ${from} clsact; tc filter add dev ${from} ingress bpf bytecode '1,6 0 0 4294967295' action mirred egress mirror dev ${to}`;

/** Faults that are the same whatever the era of flannel; the pods' bridge is docker0 or cni0. */
export const flannelFaults = (lab: Lab, bridge: string): Fault[] => [
  {
    name: 'a firewall on node1 drops "fragmentation needed": a black hole',
    break: [['node1', 'iptables -A OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP']],
    fails: [told],
    passes: 'rest',
    tells: [
      {
        check: told,
        want: /icmp frag-needed, mtu 1450/,
        got: /^no answer from 172\.30\.9\.2$/,
        rows: [/^node1: foreign iptables -t filter -A OUTPUT -p icmp -m icmp --icmp-type 3\/4 -j DROP$/],
        last: /^the packet was last seen on node1\/\w+ in: IP 172\.30\.76\.100 > 172\.30\.9\.2: .*length 1480/,
      },
    ],
  },
  {
    name: 'a firewall on node1 keeps two pods apart',
    break: [['node1', 'iptables -t mangle -A FORWARD -s 172.30.76.6 -d 172.30.9.3 -j DROP']],
    fails: [mesh],
    passes: 'rest',
  },
  {
    name: 'node1 sets another TTL in what it forwards',
    break: [['node1', `iptables -t mangle -A PREROUTING -i ${bridge} -j TTL --ttl-set 60`]],
    fails: [innerFrame, unpacked],
    passes: 'rest',
  },
  {
    name: 'a copy of everything that a pod sends goes out of eth0',
    break: [['node1', mirror(hostVeth(lab, manager), 'eth0')]],
    fails: [sameNode, noBare, noPodAddress],
    passes: [tcp, udp, http, mesh, vxlanFrame, fdbOfNode1],
  },
  {
    name: 'node1 hides the pods behind itself, for their own network too',
    break: [
      [
        'node1',
        'iptables -t nat -I POSTROUTING -s 172.30.76.7 -p tcp -j MASQUERADE; iptables -t nat -I POSTROUTING -s 172.30.76.7 -p udp -j MASQUERADE',
      ],
    ],
    fails: [tcp, udp, /^node1 has -t nat -A POSTROUTING/],
    passes: 'rest',
  },
  {
    name: 'a firewall on node2 drops what goes to a UDP port',
    break: [['node2', 'iptables -t mangle -A FORWARD -p udp --dport 50051 -j DROP']],
    fails: [udp],
    passes: 'rest',
  },
  {
    name: 'a firewall on node1 drops what goes to port 8080',
    break: [['node1', 'iptables -t mangle -A FORWARD -p tcp --dport 8080 -j DROP']],
    fails: [http],
    passes: 'rest',
  },
  {
    name: 'a pod takes the MTU of the underlay for its own',
    break: [[manager, 'ip link set eth0 mtu 1500']],
    fails: [tooLong],
    passes: 'rest',
  },
  {
    name: 'node2 knows an address that nobody has',
    break: [
      ['node2', `ip neighbour replace 172.30.9.200 lladdr 02:00:00:00:00:99 dev ${bridge} nud permanent`],
    ],
    fails: [asked, /^after seconds, node2 gives up on 172\.30\.9\.200/],
    passes: [mesh, sameNode],
    slow: true,
  },
  {
    name: 'the gateway drops what goes to port 80',
    break: [['gateway', 'iptables -A FORWARD -p tcp --dport 80 -j DROP']],
    fails: [outsideTcp],
    passes: 'rest',
    tells: [
      {
        check: outsideTcp,
        rows: [/^gateway: foreign iptables -t filter -A FORWARD -p tcp -m tcp --dport 80 -j DROP$/],
        last: /^the packet was last seen on gateway\/eth0 in: IP 192\.168\.0\.21\.\d+ > 203\.0\.113\.10\.80: Flags \[S\]/,
      },
    ],
  },
  {
    name: 'the gateway answers for an address of somewhere else',
    break: [['gateway', 'ip address add 198.51.100.1/32 dev lo']],
    fails: [nothingElse],
    passes: 'rest',
    tells: [
      {
        check: nothingElse,
        want: /^a "destination unreachable" about 198\.51\.100\.1$/,
        got: /^an echo reply from 198\.51\.100\.1$/,
        rows: [/^gateway: foreign address 198\.51\.100\.1\/32 dev lo$/],
        last: /^the answer was last seen on business-manager-666f454f7f-7l86b\/eth0 in: IP 198\.51\.100\.1 > 172\.30\.76\.7: ICMP echo reply/,
      },
    ],
  },
  {
    name: "node1's FORWARD chain of iptables-legacy drops by default",
    break: [['node1', 'iptables-legacy -P FORWARD DROP']],
    fails: [mesh, vxlanFrame, tcp],
    passes: [fdbOfNode1],
    tells: [
      {
        check: vxlanFrame,
        rows: [/^node1: foreign iptables-legacy -t filter -P FORWARD DROP$/],
        last: /^the packet was last seen on node1\/\w+ in: /,
      },
    ],
  },
  {
    name: 'a table of nftables on node1 drops what it forwards',
    break: [
      [
        'node1',
        `nft 'add table inet own; add chain inet own forward { type filter hook forward priority 0; policy drop; }'`,
      ],
    ],
    fails: [mesh, vxlanFrame, tcp],
    passes: [fdbOfNode1],
    tells: [{ check: vxlanFrame, rows: [/^node1: foreign nft table inet own$/] }],
  },
  {
    name: "a chain of nftables in iptables' own table drops what node1 forwards",
    break: [['node1', `nft 'add chain ip nat own { type filter hook forward priority 5; policy drop; }'`]],
    fails: [mesh, vxlanFrame, tcp],
    passes: [fdbOfNode1],
    tells: [{ check: vxlanFrame, rows: [/^node1: foreign nft table ip nat$/] }],
  },
  {
    name: "a pod sends with its gateway's own address",
    break: [[manager, 'iptables -t nat -A POSTROUTING -p icmp -j SNAT --to-source 172.30.76.1']],
    fails: [vxlanFrame, mesh],
    passes: [fdbOfNode1],
    tells: [
      {
        check: vxlanFrame,
        rows: [
          /^business-manager-666f454f7f-7l86b: foreign iptables -t nat -A POSTROUTING -p icmp -j SNAT --to-source 172\.30\.76\.1$/,
        ],
        last: /^the packet was last seen on node1\/\w+ in: IP 172\.30\.76\.1 > 172\.30\.9\.2: ICMP echo request/,
      },
    ],
  },
  {
    name: "node1's VTEP has the MAC of node2's",
    break: [['node1', 'ip link set flannel.1 address 96:8f:2d:49:c5:31']],
    fails: [mesh, vxlanFrame, 'node1 has link flannel.1'],
    passes: [sameNode],
    tells: [
      {
        check: 'node1 has link flannel.1',
        rows: [
          /^node1: changed link flannel\.1 .*: address: want 8a:22:81:5e:d8:b7, got 96:8f:2d:49:c5:31/,
          ...(bridge === 'cni0'
            ? [/^node1: (?:missing|changed) neighbour 172\.30\.9\.0 lladdr 96:8f:2d:49:c5:31/]
            : []),
        ],
      },
    ],
  },
  {
    name: 'a pod sends with a TTL of one',
    break: [[manager, 'sysctl -q -w net.ipv4.ip_default_ttl=1']],
    fails: [vxlanFrame, mesh],
    passes: [sameNode],
    tells: [
      {
        check: vxlanFrame,
        rows: [
          /^business-manager-666f454f7f-7l86b: changed sysctl net\/ipv4\/ip_default_ttl = 64: want 64, got 1/,
        ],
        last: /^the packet was last seen on node1\/\w+ in: IP 172\.30\.76\.7 > 172\.30\.9\.2: ICMP echo request/,
      },
    ],
  },
  {
    name: 'a pod has turned ARP off',
    break: [[product, 'ip link set eth0 arp off']],
    fails: [mesh, tcp],
    passes: [fdbOfNode1],
    tells: [
      {
        check: tcp,
        rows: [/^data-product-6664c6dcb9-tkmms: changed link eth0 type veth: arp: want on, got off/],
      },
    ],
  },
  {
    name: 'a rule of policy routing on node1 forbids a pod everything',
    break: [['node1', 'ip rule add from 172.30.76.7 priority 100 prohibit']],
    fails: [mesh, tcp, vxlanFrame],
    passes: [fdbOfNode1],
    tells: [{ check: tcp, rows: [/^node1: foreign rule from 172\.30\.76\.7 prohibit priority 100$/] }],
  },
  {
    name: 'node1 diverts what comes in on its eth0',
    break: [
      [
        'node1',
        `tc qdisc add dev eth0 clsact; tc filter add dev eth0 ingress bpf bytecode '1,6 0 0 4294967295' action mirred egress redirect dev lo`,
      ],
    ],
    fails: [mesh, tcp],
    passes: [fdbOfNode1, sameNode],
    tells: [{ check: tcp, rows: [/^node1: foreign qdisc dev eth0 clsact$/] }],
  },
  {
    name: 'ebtables on node1 drops what its bridge switches',
    break: [['node1', 'ebtables -A FORWARD -j DROP']],
    fails: [mesh],
    passes: [fdbOfNode1, tcp],
    tells: [{ check: mesh, rows: [/^node1: foreign nft table bridge filter$/] }],
  },
  {
    name: "node2's bridge has a static entry for a pod at another one's port",
    break: [
      [
        'node2',
        `bridge fdb replace ${macOf(lab, product)} dev ${hostVeth(lab, neighbourOfProduct(lab))} master static sticky`,
      ],
    ],
    fails: [mesh, tcp],
    passes: [fdbOfNode1],
    tells: [{ check: tcp, rows: [/^node2: foreign fdb \S+ dev veth\w+ master static$/] }],
  },
];

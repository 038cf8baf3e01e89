import type { Lab } from '../../../src/lab/lab.ts';
import type { Deed, Fault } from './fault.ts';
import {
  fdbOfNode1,
  fdbOfNode2,
  fits,
  flannelFaults,
  hostVeth,
  http,
  innerFrame,
  manager,
  mesh,
  noBare,
  noPodAddress,
  nothingElse,
  outsidePing,
  outsideTcp,
  replyFrame,
  sameNode,
  tcp,
  told,
  tooLong,
  udp,
  vxlanFrame,
} from './flannel.ts';

const routeOfNode1 = "node1 sends node2's pods to node2's VTEP, onlink";
const routeOfNode2 = "node2 sends node1's pods to node1's VTEP, onlink";
const neighbour = "node1 knows node2's VTEP for good";
const noRemotePod = 'node1 knows no remote pod by itself';
const noOldRoute = 'the old route for the whole network is not there';
const bareForUnknown = /^for 172\.30\.77\.5, in no lease, node1 has only its default route/;

/** A VTEP made anew takes its address, route and entries along: put them back, so that only what is different is different. */
const vtep = (node: 'node1' | 'node2', { vni }: { vni: number }): Deed => {
  const [own, mac, local, subnet, remote, remoteAddress, remoteMAC] =
    node === 'node1'
      ? [
          '172.30.76.0',
          '8a:22:81:5e:d8:b7',
          '192.168.0.21',
          '172.30.9.0/24',
          '192.168.0.22',
          '172.30.9.0',
          '96:8f:2d:49:c5:31',
        ]
      : [
          '172.30.9.0',
          '96:8f:2d:49:c5:31',
          '192.168.0.22',
          '172.30.76.0/24',
          '192.168.0.21',
          '172.30.76.0',
          '8a:22:81:5e:d8:b7',
        ];
  return [
    node,
    [
      'ip link delete flannel.1',
      `ip link add flannel.1 mtu 1450 address ${mac} txqueuelen 0 type vxlan id ${vni} dev eth0 local ${local} dstport 8472 nolearning`,
      'ip link set flannel.1 up',
      `ip address add ${own}/32 dev flannel.1`,
      `ip route add ${subnet} via ${remoteAddress} dev flannel.1 onlink`,
      `ip neighbour add ${remoteAddress} lladdr ${remoteMAC} dev flannel.1 nud permanent`,
      `bridge fdb add ${remoteMAC} dev flannel.1 dst ${remote} self permanent`,
    ].join('; '),
  ];
};

export const flannelVxlanCurrentFaults = (lab: Lab): Fault[] => [
  {
    name: "a pod's port of cni0 sends nothing back to where it came from",
    break: [['node1', `ip link set ${hostVeth(lab, manager)} type bridge_slave hairpin off`]],
    fails: ['a pod may reach itself through its own port of cni0 (hairpinMode)'],
    passes: 'rest',
    tells: [
      {
        check: 'a pod may reach itself through its own port of cni0 (hairpinMode)',
        got: /^hairpin: want true, got false$/,
        rows: [/^node1: changed link veth9fb44f34 type veth: hairpin: want true, got false/],
      },
    ],
  },
  {
    name: "node1 has lost the neighbour entry for node2's VTEP",
    break: [['node1', 'ip neighbour delete 172.30.9.0 dev flannel.1']],
    fails: [mesh, neighbour, tcp],
    passes: [routeOfNode1, fdbOfNode1, sameNode],
    tells: [
      {
        check: neighbour,
        want: /^node1: neighbour 172\.30\.9\.0 dev flannel\.1 lladdr 96:8f:2d:49:c5:31 state permanent$/,
        rows: [
          // Where the kernel has asked since, it is there again, without a MAC.
          /^node1: (?:missing|changed) neighbour 172\.30\.9\.0 lladdr 96:8f:2d:49:c5:31 dev flannel\.1 nud permanent.* \(flannel: lease 172\.30\.9\.0\/24 of node2: its VTEP's MAC\)$/,
        ],
      },
      {
        check: tcp,
        rows: [/^node1: (?:missing|changed) neighbour 172\.30\.9\.0 lladdr 96:8f:2d:49:c5:31/],
        last: /^the packet was last seen on node1\/cni0 in: IP 172\.30\.76\.7\.\d+ > 172\.30\.9\.2\.50051/,
      },
    ],
  },
  {
    name: 'node1 has a wrong MAC for the VTEP of node2',
    break: [
      ['node1', 'ip neighbour replace 172.30.9.0 lladdr 02:00:00:00:00:99 dev flannel.1 nud permanent'],
    ],
    fails: [mesh, neighbour, vxlanFrame],
    passes: [routeOfNode1, fdbOfNode1, sameNode],
    tells: [
      {
        check: neighbour,
        got: /^lladdr: want 96:8f:2d:49:c5:31, got 02:00:00:00:00:99$/,
        rows: [
          /^node1: changed neighbour 172\.30\.9\.0 .*: lladdr: want 96:8f:2d:49:c5:31, got 02:00:00:00:00:99/,
        ],
      },
      {
        check: vxlanFrame,
        rows: [/^node1: changed neighbour 172\.30\.9\.0/],
        last: /^the packet was last seen on node1\/flannel\.1 out: /,
      },
    ],
  },
  {
    name: "node1 has lost the route to node2's pods",
    break: [['node1', 'ip route delete 172.30.9.0/24']],
    fails: [mesh, routeOfNode1, vxlanFrame, innerFrame],
    passes: [neighbour, fdbOfNode1, sameNode],
    tells: [
      {
        check: routeOfNode1,
        got: /^no such row; the table has$/,
        rows: [
          /^node1: missing route 172\.30\.9\.0\/24 via 172\.30\.9\.0 dev flannel\.1 onlink \(flannel: lease 172\.30\.9\.0\/24 of node2/,
        ],
      },
    ],
  },
  {
    name: "node2 has lost the route to node1's pods",
    break: [['node2', 'ip route delete 172.30.76.0/24']],
    fails: [mesh, routeOfNode2, replyFrame],
    passes: [routeOfNode1, sameNode],
  },
  {
    name: "systemd has given node2's VTEP another MAC",
    break: [['node2', 'ip link set flannel.1 address 02:00:00:00:00:99']],
    fails: [mesh, 'node2 has link flannel.1', vxlanFrame],
    passes: [neighbour, sameNode],
    tells: [
      {
        check: mesh,
        rows: [
          /^node2: changed link flannel\.1 .*: address: want 96:8f:2d:49:c5:31, got 02:00:00:00:00:99/,
          // A new MAC makes the kernel forget all neighbours of the device, permanent ones too.
          /^node2: (?:missing|changed) neighbour 172\.30\.76\.0 lladdr 8a:22:81:5e:d8:b7/,
        ],
        last: /^the packet was last seen on node2\/flannel\.1 in: .*; it is for 96:8f:2d:49:c5:31, and this device is 02:00:00:00:00:99$/,
      },
    ],
  },
  {
    name: 'both nodes have another VNI: everything arrives, in the wrong tunnel',
    break: [vtep('node1', { vni: 2 }), vtep('node2', { vni: 2 })],
    fails: [vxlanFrame, replyFrame, 'node1 has link flannel.1', 'node2 has link flannel.1'],
    passes: 'rest',
  },
  {
    name: 'node1 does not know the tunnel end of node2',
    break: [['node1', 'bridge fdb delete 96:8f:2d:49:c5:31 dev flannel.1 dst 192.168.0.22 self']],
    fails: [mesh, fdbOfNode1, vxlanFrame],
    passes: [neighbour, routeOfNode1, fdbOfNode2, sameNode],
  },
  {
    name: 'node2 does not know the tunnel end of node1',
    break: [['node2', 'bridge fdb delete 8a:22:81:5e:d8:b7 dev flannel.1 dst 192.168.0.21 self']],
    fails: [mesh, fdbOfNode2, replyFrame],
    passes: [neighbour, routeOfNode1, fdbOfNode1, sameNode],
  },
  {
    name: "node1 sends node2's pods to node2 without a tunnel",
    break: [['node1', 'ip route replace 172.30.9.0/24 via 192.168.0.22']],
    fails: [noBare, vxlanFrame, innerFrame, routeOfNode1],
    passes: [neighbour, sameNode, tcp, udp, http],
  },
  {
    name: "node1's VTEP has a smaller MTU",
    break: [['node1', 'ip link set flannel.1 mtu 1400']],
    fails: [fits, told, 'node1 has link flannel.1'],
    passes: 'rest',
    // The pod may have been told the smaller MTU just before.
    either: [tooLong],
  },
  {
    name: 'cni0 of node1 has another prefix length',
    break: [
      [
        'node1',
        'ip address add 172.30.76.1/25 broadcast 172.30.76.127 dev cni0; ip address delete 172.30.76.1/24 dev cni0',
      ],
    ],
    fails: ['cni0 of node1 is the gateway of its pods'],
    passes: 'rest',
  },
  {
    name: "cni0 of node1 has the underlay's MTU",
    break: [['node1', 'ip link set cni0 mtu 1500']],
    fails: ['node1 has link cni0'],
    passes: 'rest',
  },
  {
    name: 'the VTEP of node1 has another address',
    break: [
      [
        'node1',
        'ip address add 172.30.76.254/32 dev flannel.1; ip address delete 172.30.76.0/32 dev flannel.1',
      ],
    ],
    fails: ['the VTEP of node1 has the base of its subnet as /32'],
    passes: 'rest',
  },
  {
    name: 'somebody wrote an entry for a remote pod, as in the old days',
    break: [['node1', 'ip neighbour add 172.30.9.2 lladdr 96:8f:2d:49:c5:31 dev flannel.1 nud permanent']],
    fails: [noRemotePod],
    passes: 'rest',
    tells: [
      {
        check: noRemotePod,
        want: /^not: node1: neighbour 172\.30\.9\.2 dev flannel\.1$/,
        got: /^neighbour 172\.30\.9\.2 lladdr 96:8f:2d:49:c5:31 dev flannel\.1 nud permanent$/,
        rows: [
          /^node1: foreign neighbour 172\.30\.9\.2 lladdr 96:8f:2d:49:c5:31 dev flannel\.1 nud permanent$/,
        ],
      },
    ],
  },
  {
    name: 'somebody wrote the route for the whole network, as in the old days',
    break: [['node1', 'ip route add 172.30.0.0/16 dev flannel.1']],
    fails: [noOldRoute, bareForUnknown],
    passes: 'rest',
  },
  {
    name: 'node1 has no default route',
    break: [['node1', 'ip route delete default']],
    fails: [bareForUnknown, outsideTcp, outsidePing, noPodAddress],
    passes: 'rest',
    // node1 says so itself, but not more often than icmp_ratelimit allows.
    either: [nothingElse],
  },
  {
    name: "flannel's chain for masquerading is empty on node1",
    break: [['node1', 'iptables -t nat -F FLANNEL-POSTRTG']],
    fails: [outsideTcp, outsidePing, noPodAddress, nothingElse, /^node1 has -t nat -A FLANNEL-POSTRTG/],
    passes: 'rest',
  },
  {
    name: "nothing leads to flannel's chain for masquerading on node1",
    break: [['node1', 'iptables -t nat -F POSTROUTING']],
    fails: [outsideTcp, outsidePing, noPodAddress, nothingElse, /^node1 has -t nat -A POSTROUTING/],
    passes: 'rest',
  },
  {
    name: 'node1 drops by default, and flannel no longer lets pods through',
    break: [['node1', 'iptables -P FORWARD DROP; iptables -F FORWARD; iptables -F FLANNEL-FWD']],
    fails: [mesh, tcp, /^node1 has -t filter -A/],
    passes: [neighbour, routeOfNode1, fdbOfNode1],
    tells: [
      {
        check: tcp,
        rows: [
          /^node1: missing iptables -t filter -A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD/,
          /^node1: missing iptables -t filter -A FLANNEL-FWD -s 172\.30\.0\.0\/16/,
          /^node1: missing iptables -t filter -A FLANNEL-FWD -d 172\.30\.0\.0\/16/,
          /^node1: foreign iptables -t filter -P FORWARD DROP$/,
          /^node1: foreign iptables -t filter -N FLANNEL-FWD$/,
        ],
        last: /^the packet was last seen on node1\/cni0 in: /,
      },
    ],
  },
  {
    name: 'somebody flushed all rules of node2',
    break: [['node2', 'iptables -t nat -F; iptables -t nat -X; iptables -F; iptables -X']],
    fails: [/^node2 has -t/],
    passes: 'rest',
  },
  ...flannelFaults(lab, 'cni0'),
];

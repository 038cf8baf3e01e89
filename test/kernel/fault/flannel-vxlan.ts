import { execa } from 'execa';
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
  product,
  replyFrame,
  sameNode,
  tcp,
  told,
  tooLong,
  udp,
  unpacked,
  vxlanFrame,
} from './flannel.ts';

const missOnNode1 = /^node1 knows nothing of/;
const missOnNode2 = /^node2 learns/;
const routePrints = "route prints the document's table";
const fdbPrints = "bridge fdb prints the document's line";
const flannelPrints = /^ifconfig prints the document's flannel\.1/;
const dockerPrints = "ifconfig prints the document's docker0";
const askedForUnknown = /^for 172\.30\.77\.5, in no lease, the kernel asks/;
const nothingLeaves = 'nothing about 172.30.77.5 leaves node1';
const appSolicit = "node1 asks flanneld, not the network, who has a remote pod's address";

/** A VTEP made anew takes its address, route and entries along: put them back, so that only what is different is different. */
const vtep = (node: 'node1' | 'node2', { vni = 1, port = 8472 }): Deed => {
  const [own, mac, local, remote, remoteMAC] =
    node === 'node1'
      ? ['172.30.76.0', '8a:22:81:5e:d8:b7', '192.168.0.21', '192.168.0.22', '96:8f:2d:49:c5:31']
      : ['172.30.9.0', '96:8f:2d:49:c5:31', '192.168.0.22', '192.168.0.21', '8a:22:81:5e:d8:b7'];
  return [
    node,
    [
      'ip link delete flannel.1',
      `ip link add flannel.1 mtu 1450 address ${mac} txqueuelen 0 type vxlan id ${vni} dev eth0 local ${local} dstport ${port} nolearning`,
      'ip link set flannel.1 up',
      `ip address add ${own}/32 dev flannel.1`,
      'ip route add 172.30.0.0/16 dev flannel.1',
      `bridge fdb add ${remoteMAC} dev flannel.1 dst ${remote} self permanent`,
      'sysctl -q -w net/ipv4/neigh/flannel.1/app_solicit=3',
    ].join('; '),
  ];
};

export const flannelVxlanFaults = (lab: Lab): Fault[] => [
  // ── The documented causes of a pod network that does not work ──
  {
    name: 'node1 does not forward',
    break: [['node1', 'sysctl -q -w net.ipv4.ip_forward=0']],
    fails: [mesh, vxlanFrame, innerFrame, replyFrame, unpacked, noBare, tcp, udp, http, fits],
    passes: [tooLong, sameNode, fdbOfNode1],
    tells: [
      {
        check: mesh,
        want: /^42 echo replies/,
        got: /^22 echo replies$/,
        rows: [
          /^node1: changed sysctl net\/ipv4\/ip_forward = 1: want 1, got 0 \(underlay: node1 forwards for its pods/,
        ],
        last: /^the packet was last seen on node1\/docker0 in: IP 172\.30\.76\.\d+ > 172\.30\.9\.\d+: ICMP echo request/,
      },
      {
        check: tcp,
        want: /^64 bytes to tcp 172\.30\.9\.2:50051 and back unchanged$/,
        got: /^tcp 172\.30\.9\.2:50051: no answer within \d+ ms \(connecting\)$/,
        rows: [/ip_forward/],
        last: /^the packet was last seen on node1\/docker0 in: IP 172\.30\.76\.7\.\d+ > 172\.30\.9\.2\.50051: Flags \[S\]/,
      },
    ],
  },
  {
    name: "node1's FORWARD chain drops by default, as Docker leaves it",
    break: [['node1', 'iptables -P FORWARD DROP']],
    fails: [mesh, vxlanFrame, tcp],
    // With br_netfilter a node's FORWARD chain sees what its bridge switches, too: nothing is said of traffic within a node.
    passes: [fdbOfNode1],
    tells: [
      {
        check: vxlanFrame,
        want: /^on node1\/eth0: a frame with outer 192\.168\.0\.21 > 192\.168\.0\.22/,
        got: /^on node1\/eth0: no frame of this probe$/,
        rows: [/^node1: foreign iptables -t filter -P FORWARD DROP$/],
        last: /^the packet was last seen on node1\/docker0 in: /,
      },
    ],
  },
  {
    name: 'node1 has no route to the pod network',
    break: [['node1', 'ip route delete 172.30.0.0/16']],
    fails: [mesh, vxlanFrame, routePrints, /^node1 sends every pod of another node to flannel\.1$/],
    passes: [/^node1 routes /, fdbPrints, sameNode],
    tells: [
      {
        check: 'node1 sends every pod of another node to flannel.1',
        want: /^node1: route 172\.30\.0\.0\/16 dev flannel\.1$/,
        got: /^no such row; the table has$/,
        rows: [/^node1: missing route 172\.30\.0\.0\/16 dev flannel\.1 \(flannel: Network of net-conf\.json/],
      },
      {
        // Without that route there is only the default route, and nobody there knows the pods.
        check: vxlanFrame,
        rows: [/^node1: missing route 172\.30\.0\.0\/16/],
        last: /^the packet was last seen on gateway\/eth0 in: IP 172\.30\.76\.7 > 172\.30\.9\.2/,
      },
    ],
  },
  {
    name: "flanneld is dead: nobody answers the kernel's questions",
    break: [],
    outside: async (copy) => {
      const { stdout } = await copy.must(['status', '--json']);
      const [running] = (JSON.parse(stdout) as { holderPid: number }[]).flat();
      const kill = 'kill -9 $(cat /run/wirelab/agent/node1.ready)';
      await execa('nsenter', ['--target', String(running?.holderPid), '--mount', '--pid', 'sh', '-ec', kill]);
    },
    // Of a dead agent's silence nothing can be said.
    fails: [missOnNode1, missOnNode2, askedForUnknown],
    passes: [sameNode, fdbOfNode1, appSolicit],
    tells: [
      {
        check: missOnNode1,
        want: /^then an entry with lladdr 96:8f:2d:49:c5:31$/,
        got: /^no entry followed$/,
        rows: [
          /^node1: the flannel agent is not running: nobody answers the kernel's misses$/,
          /^node2: the flannel agent is not running/,
        ],
        last: /^the packet was last seen on node1\/docker0 in: IP 172\.30\.76\.7 > 172\.30\.9\.2/,
      },
    ],
  },
  {
    name: 'node1 does not know the tunnel end of node2',
    break: [['node1', 'bridge fdb delete 96:8f:2d:49:c5:31 dev flannel.1 dst 192.168.0.22 self']],
    fails: [mesh, fdbOfNode1, fdbPrints, vxlanFrame],
    passes: [fdbOfNode2, sameNode],
    tells: [
      {
        check: fdbOfNode1,
        want: /^node1: fdb 96:8f:2d:49:c5:31 dev flannel\.1 dst 192\.168\.0\.22 permanent true$/,
        got: /^no such row: the table is empty$/,
        rows: [
          /^node1: missing fdb 96:8f:2d:49:c5:31 dev flannel\.1 dst 192\.168\.0\.22 self permanent \(flannel: lease 172\.30\.9\.0\/24 of node2/,
        ],
      },
      {
        check: vxlanFrame,
        rows: [/^node1: missing fdb 96:8f:2d:49:c5:31/],
        last: /^the packet was last seen on node1\/flannel\.1 out: IP 172\.30\.76\.7 > 172\.30\.9\.2/,
      },
    ],
  },
  {
    name: 'node1 sends the frames for node2 to a host that is not there',
    break: [['node1', 'bridge fdb replace 96:8f:2d:49:c5:31 dev flannel.1 dst 192.168.0.99 self permanent']],
    fails: [mesh, fdbOfNode1, fdbPrints],
    passes: [fdbOfNode2, sameNode],
    tells: [
      {
        check: fdbOfNode1,
        got: /^dst: want 192\.168\.0\.22, got 192\.168\.0\.99$/,
        rows: [/^node1: changed fdb 96:8f:2d:49:c5:31 .*: dst: want 192\.168\.0\.22, got 192\.168\.0\.99/],
      },
      {
        check: mesh,
        rows: [/^node1: changed fdb 96:8f:2d:49:c5:31/],
        last: /^the packet was last seen on node1\/flannel\.1 out: /,
        also: [
          /^(?:node1: nobody has answered for 192\.168\.0\.99 on eth0|nobody answered who-has 192\.168\.0\.99, last seen on )/,
        ],
      },
    ],
  },
  {
    name: 'node2 has another VNI than node1',
    break: [vtep('node2', { vni: 2 })],
    fails: [mesh, 'node2 has link flannel.1', replyFrame],
    passes: [sameNode, 'node1 has link flannel.1'],
    tells: [
      {
        check: 'node2 has link flannel.1',
        want: /^node2: link flannel\.1 .*vni 1 /,
        got: /^vni: want 1, got 2$/,
        rows: [
          /^node2: changed link flannel\.1 type vxlan .*: vni: want 1, got 2 \(flannel: the VTEP of node2/,
        ],
      },
      {
        check: replyFrame,
        rows: [/^node2: changed link flannel\.1/],
        last: /^the packet was last seen on node2\/eth0 in: IP 192\.168\.0\.21\.\d+ > 192\.168\.0\.22\.8472: VXLAN vni 1: IP 172\.30\.76\.7 > 172\.30\.9\.2/,
      },
    ],
  },
  {
    name: 'both nodes have another VNI: everything arrives, in the wrong tunnel',
    break: [vtep('node1', { vni: 2 }), vtep('node2', { vni: 2 })],
    fails: [vxlanFrame, replyFrame, 'node1 has link flannel.1', 'node2 has link flannel.1'],
    passes: 'rest',
    tells: [
      {
        check: vxlanFrame,
        want: /vxlan vni 1, port 8472/,
        got: /vxlan\.vni: want 1, got 2/,
        rows: [
          /^node1: changed link flannel\.1 .*vni: want 1, got 2/,
          /^node2: changed link flannel\.1 .*vni: want 1, got 2/,
        ],
        last: /^the answer was last seen on business-manager-666f454f7f-7l86b\/eth0 in: IP 172\.30\.9\.2 > 172\.30\.76\.7/,
      },
    ],
  },
  {
    name: 'node2 listens on the IANA port for VXLAN, node1 sends to 8472',
    break: [vtep('node2', { port: 4789 })],
    fails: [mesh, 'node2 has link flannel.1', unpacked],
    passes: [sameNode, 'node1 has link flannel.1'],
    tells: [
      {
        check: unpacked,
        got: /^on node2\/docker0: no frame of this probe/,
        rows: [/^node2: changed link flannel\.1 .*dstport: want 8472, got 4789/],
        last: /^the packet was last seen on node2\/eth0 in: IP 192\.168\.0\.21\.\d+ > 192\.168\.0\.22\.8472: VXLAN/,
        also: [
          /^it was refused on node2\/eth0 out: IP 192\.168\.0\.22 > 192\.168\.0\.21: ICMP 192\.168\.0\.22 udp port 8472 unreachable/,
        ],
      },
    ],
  },
  {
    name: 'a firewall on node2 drops UDP 8472',
    break: [['node2', 'iptables -A INPUT -p udp --dport 8472 -j DROP']],
    fails: [mesh, unpacked],
    passes: [sameNode, fdbOfNode2],
    tells: [
      {
        check: mesh,
        rows: [/^node2: foreign iptables -t filter -A INPUT -p udp -m udp --dport 8472 -j DROP$/],
        last: /^the packet was last seen on node2\/eth0 in: IP 192\.168\.0\.21\.\d+ > 192\.168\.0\.22\.8472: VXLAN vni 1: /,
      },
    ],
  },
  {
    name: 'a pod does not answer ARP',
    break: [
      [product, 'sysctl -q -w net.ipv4.conf.all.arp_ignore=8'],
      ['node2', 'ip neighbour flush dev docker0'],
    ],
    // Only what goes to the pod: what it asks itself tells node2 its MAC.
    fails: [tcp],
    passes: [fdbOfNode2],
    tells: [
      {
        check: tcp,
        rows: [
          /^data-product-6664c6dcb9-tkmms: changed sysctl net\/ipv4\/conf\/all\/arp_ignore = 0: want 0, got 8 \(kernel: as in a fresh namespace\)$/,
        ],
        last: /^the packet was last seen on node2\/flannel\.1 in: /,
        also: [
          /^node2: nobody has answered for 172\.30\.9\.2 on docker0: the neighbour is (?:incomplete|failed)$/,
        ],
      },
    ],
  },
  {
    name: "node2's docker0 is down",
    break: [['node2', 'ip link set docker0 down']],
    fails: [mesh],
    passes: [sameNode, fdbOfNode2],
    tells: [
      {
        check: mesh,
        rows: [
          /^node2: changed link docker0 type bridge: state: want up, got down \(docker: the pods of node2 meet here\)$/,
        ],
      },
    ],
  },
  {
    name: 'a pod has no default route',
    break: [[manager, 'ip route delete default']],
    fails: [mesh, tcp, outsideTcp],
    passes: [fdbOfNode1],
    tells: [
      {
        check: tcp,
        got: /^tcp 172\.30\.9\.2:50051: Network is unreachable$/,
        rows: [
          /^business-manager-666f454f7f-7l86b: missing route default via 172\.30\.76\.1 dev eth0 \(docker: everything else goes to docker0 of node1\)$/,
        ],
        also: [/^the packet was seen on no device: it did not leave its sender$/],
      },
    ],
  },
  {
    name: "node2's end of a pod's veth pair is down",
    break: [['node2', `ip link set ${hostVeth(lab, product)} down`]],
    fails: [mesh, unpacked],
    passes: [sameNode, fdbOfNode2],
    tells: [
      {
        check: unpacked,
        rows: [
          /^node2: changed link veth\w+ type veth: state: want up, got down \(docker: the node's end of pod data-product-6664c6dcb9-tkmms's eth0\)$/,
        ],
      },
    ],
  },
  {
    name: "node2's bridge does not forward to a pod's port",
    break: [['node2', `bridge link set dev ${hostVeth(lab, product)} state 0`]],
    fails: [mesh, tcp],
    passes: [sameNode, fdbOfNode2],
    tells: [
      {
        check: tcp,
        rows: [/^node2: changed link veth\w+ type veth: port state: want forwarding, got disabled/],
      },
    ],
  },
  {
    name: "node2's VTEP has another MAC than its lease says",
    break: [['node2', 'ip link set flannel.1 address 02:00:00:00:00:99']],
    fails: [mesh, innerFrame, 'node2 has link flannel.1'],
    passes: [sameNode, fdbOfNode1],
    tells: [
      {
        check: innerFrame,
        rows: [
          /^node2: changed link flannel\.1 type vxlan .*: address: want 96:8f:2d:49:c5:31, got 02:00:00:00:00:99/,
        ],
        last: /^the packet was last seen on node2\/flannel\.1 in: IP 172\.30\.76\.7 > 172\.30\.9\.2: .*; it is for 96:8f:2d:49:c5:31, and this device is 02:00:00:00:00:99$/,
      },
    ],
  },
  {
    name: 'node2 has learned a MAC for a remote pod that no lease has',
    break: [
      ['node2', 'ip neighbour replace 172.30.76.6 lladdr 02:00:00:00:00:99 dev flannel.1 nud reachable'],
    ],
    fails: [mesh],
    passes: 'rest',
    tells: [
      {
        check: mesh,
        got: /^business-manager-666f454f7f-zxmsx does not reach business-manager-666f454f7f-h5tvw: no answer$/,
        rows: [
          /^node2: changed neighbour 172\.30\.76\.6 lladdr 8a:22:81:5e:d8:b7 dev flannel\.1 .*: lladdr: want 8a:22:81:5e:d8:b7, got 02:00:00:00:00:99 \(flannel: lease 172\.30\.76\.0\/24 of node1/,
        ],
        last: /^the answer was last seen on node2\/flannel\.1 out: /,
      },
    ],
  },
  {
    name: 'node2 checks where packets come from (rp_filter), and has another way back',
    break: [
      ['node2', 'sysctl -q -w net.ipv4.conf.all.rp_filter=1; ip route add 172.30.76.7/32 via 192.168.0.1'],
    ],
    fails: [mesh, tcp],
    passes: [sameNode],
    tells: [
      {
        check: tcp,
        rows: [
          /^node2: foreign route 172\.30\.76\.7 via 192\.168\.0\.1 dev eth0$/,
          /^node2: changed sysctl net\/ipv4\/conf\/all\/rp_filter = \d: want \d, got 1 \(kernel: as in a fresh namespace\)$/,
        ],
        last: /^the packet was last seen on node2\/flannel\.1 in: /,
      },
    ],
  },
  {
    name: 'node1 does not forward what comes in on docker0',
    break: [['node1', 'sysctl -q -w net.ipv4.conf.docker0.forwarding=0']],
    fails: [mesh, vxlanFrame],
    passes: [sameNode],
    tells: [
      {
        check: vxlanFrame,
        rows: [
          /^node1: changed sysctl net\/ipv4\/conf\/docker0\/forwarding = 1: want 1, got 0 \(kernel: net\/ipv4\/ip_forward = 1 says so\)$/,
        ],
        last: /^the packet was last seen on node1\/docker0 in: /,
      },
    ],
  },
  {
    name: 'node2 has lost the route that its docker0 brought',
    break: [['node2', 'ip route delete 172.30.9.0/24']],
    fails: [mesh, unpacked],
    passes: [sameNode],
    tells: [
      {
        check: unpacked,
        rows: [
          /^node2: missing route 172\.30\.9\.0\/24 dev docker0 scope link src 172\.30\.9\.1 proto kernel \(kernel: 172\.30\.9\.1\/24 of docker0 brings it\)$/,
        ],
      },
    ],
  },

  // ── One fault for each of the other checks, as narrow as can be ──
  {
    name: "node1's kernel asks the network instead of flanneld",
    break: [['node1', 'sysctl -q -w net/ipv4/neigh/flannel.1/app_solicit=0']],
    fails: [missOnNode1, missOnNode2, appSolicit, askedForUnknown],
    passes: [fdbOfNode1, sameNode],
  },
  {
    name: "node2's kernel asks the network instead of flanneld",
    break: [['node2', 'sysctl -q -w net/ipv4/neigh/flannel.1/app_solicit=0']],
    fails: [missOnNode2],
    passes: [appSolicit, sameNode],
  },
  {
    name: 'node1 asks flanneld once, not three times',
    break: [['node1', 'sysctl -q -w net/ipv4/neigh/flannel.1/app_solicit=1']],
    fails: [appSolicit],
    passes: 'rest',
  },
  {
    name: "node1 sends node2's pods to node2 without a tunnel",
    break: [['node1', 'ip route add 172.30.9.0/24 via 192.168.0.22']],
    fails: [noBare, vxlanFrame, innerFrame, routePrints, missOnNode1],
    passes: [fdbPrints, sameNode, tcp, udp, http],
  },
  {
    name: "node1's VTEP has a smaller MTU",
    break: [['node1', 'ip link set flannel.1 mtu 1400']],
    fails: [fits, told, 'node1 has link flannel.1', flannelPrints],
    passes: 'rest',
    // The pod may have been told the smaller MTU just before.
    either: [tooLong],
  },
  {
    name: 'docker0 of node1 has another prefix length',
    break: [
      [
        'node1',
        'ip address add 172.30.76.1/25 broadcast 172.30.76.127 dev docker0; ip address delete 172.30.76.1/24 dev docker0',
      ],
    ],
    fails: [
      'docker0 of node1 is the gateway of its pods',
      'node1 routes 172.30.76.0/24 to docker0',
      routePrints,
      dockerPrints,
    ],
    passes: 'rest',
  },
  {
    name: 'docker0 of node2 has another prefix length',
    break: [
      [
        'node2',
        'ip address add 172.30.9.1/25 broadcast 172.30.9.127 dev docker0; ip address delete 172.30.9.1/24 dev docker0',
      ],
    ],
    fails: ['docker0 of node2 is the gateway of its pods'],
    passes: [mesh, tcp, udp, http, 'docker0 of node1 is the gateway of its pods'],
  },
  {
    name: "docker0 of node1 has the underlay's MTU",
    break: [['node1', 'ip link set docker0 mtu 1500']],
    fails: ['node1 has link docker0', dockerPrints],
    passes: 'rest',
  },
  {
    name: 'eth0 of node1 has jumbo frames',
    break: [['node1', 'ip link set eth0 mtu 9000']],
    fails: ['node1 has link eth0'],
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
    fails: ['the VTEP of node1 has the base of its subnet as /32', flannelPrints],
    passes: 'rest',
  },
  {
    name: 'node1 has no default route',
    break: [['node1', 'ip route delete default']],
    fails: [
      'node1 routes default via 192.168.0.1 to eth0',
      routePrints,
      outsideTcp,
      outsidePing,
      noPodAddress,
    ],
    passes: 'rest',
    // node1 says so itself, but not more often than icmp_ratelimit allows.
    either: [nothingElse],
  },
  {
    name: "node1's route to the underlay has another metric",
    break: [
      [
        'node1',
        'ip route add 192.168.0.0/24 dev eth0 src 192.168.0.21 metric 50; ip route delete 192.168.0.0/24 dev eth0 metric 100',
      ],
    ],
    fails: ['node1 routes 192.168.0.0/24 to eth0', routePrints],
    passes: 'rest',
  },
  {
    name: 'node2 does not know the tunnel end of node1',
    break: [['node2', 'bridge fdb delete 8a:22:81:5e:d8:b7 dev flannel.1 dst 192.168.0.21 self']],
    fails: [fdbOfNode2, replyFrame],
    passes: [fdbOfNode1, fdbPrints, sameNode],
  },
  {
    name: 'the tunnel end of node2 is not permanent',
    break: [
      [
        'node1',
        'bridge fdb delete 96:8f:2d:49:c5:31 dev flannel.1; bridge fdb add 96:8f:2d:49:c5:31 dev flannel.1 dst 192.168.0.22 self dynamic',
      ],
    ],
    fails: [fdbOfNode1, fdbPrints],
    passes: 'rest',
  },
  {
    name: 'the VTEP of node1 has a queue',
    break: [['node1', 'ip link set flannel.1 txqueuelen 1000']],
    fails: [flannelPrints],
    passes: 'rest',
  },
  {
    name: 'node1 throws away what goes to an unknown subnet',
    break: [['node1', 'ip route add blackhole 172.30.77.0/24']],
    fails: [askedForUnknown, /^after seconds, node1 gives up on 172\.30\.77\.5/],
    passes: [mesh, nothingLeaves],
    slow: true,
  },
  {
    name: 'node1 sends an unknown subnet to the gateway',
    break: [['node1', 'ip route add 172.30.77.0/24 via 192.168.0.1']],
    fails: [askedForUnknown, nothingLeaves, routePrints],
    passes: 'rest',
  },
  {
    name: 'node1 does not masquerade',
    break: [['node1', 'iptables -t nat -F POSTROUTING']],
    fails: [outsideTcp, outsidePing, noPodAddress, nothingElse, /^node1 has -t nat -A POSTROUTING/],
    passes: 'rest',
    tells: [
      {
        check: noPodAddress,
        want: /^no frame on node1\/eth0, outside\/eth0 with ip 172\.30\.76\.7 > 203\.0\.113\.10$/,
        got: /^outside\/eth0 in: IP 172\.30\.76\.7 > 203\.0\.113\.10: ICMP echo request/,
        rows: [
          /^node1: missing iptables -t nat -A POSTROUTING -s 172\.30\.0\.0\/16 -d 172\.30\.0\.0\/16 -j RETURN/,
          /! -d 224\.0\.0\.0\/4 -j MASQUERADE/,
          /! -s 172\.30\.0\.0\/16 -d 172\.30\.0\.0\/16 -j MASQUERADE/,
        ],
        last: /^the answer was last seen on gateway\/eth1 in: IP 203\.0\.113\.10 > 172\.30\.76\.7: ICMP echo reply/,
      },
    ],
  },
  {
    name: 'node2 does not masquerade',
    break: [['node2', 'iptables -t nat -F POSTROUTING']],
    fails: [/^node2 has -t nat -A POSTROUTING/],
    passes: 'rest',
  },

  ...flannelFaults(lab, 'docker0'),
];

import type { Lab } from '../../../src/lab/lab.ts';
import type { Fault } from './fault.ts';
import { mirror } from './flannel.ts';

const oneWay = 'pod1 reaches pod2';
const otherWay = 'pod2 reaches pod1';
const request = /^the echo request passes eth0 of pod1/;
const reply = 'the echo reply passes the same places';
const switched = /^the bridge switches, it does not route/;
const staysIn = 'nothing of it leaves the node';
const pair1 = /^eth0 of pod1 is eth0@if49/;
const pair2 = /^eth0 of pod2 is eth0@if32/;
const port1 = 'node1 has link veth47097500';
const port2 = 'node1 has link veth0e921722';
const ipPrints = 'ip prints eth0@if49, as in the document';
const brctlShows = 'brctl shows both pods on cni0';
const address1 = 'pod1 has 172.20.1.195/24 on eth0';
const address2 = 'pod2 has 172.20.1.176/24 on eth0';
const talk = 'a server and a client in pod1 talk over 127.0.0.1';
const onLo = 'their packets are on lo of pod1';
const nowhereElse = 'and nowhere else';
const ownLo = 'pod2 has a lo of its own, where nobody listens';

export const sameNodeFaults = (_lab: Lab): Fault[] => [
  {
    name: "the bridge has lost pod2's port",
    break: [['node1', 'ip link set veth0e921722 nomaster']],
    fails: [oneWay, otherWay, request, reply, switched, staysIn, port2, brctlShows],
    passes: 'rest',
    tells: [
      {
        check: oneWay,
        want: /^an echo reply from 172\.20\.1\.176$/,
        rows: [
          /^node1: changed link veth0e921722 type veth: master: want cni0, got none \(cni: the node's end of pod pod2's eth0\)$/,
        ],
        // Without an entry for pod2 it is the question for its MAC that comes so far.
        last: /^the packet was last seen on node1\/cni0 in: IP 172\.20\.1\.195 > 172\.20\.1\.176: ICMP echo request|^pod1: nobody has answered for 172\.20\.1\.176 on eth0/,
      },
    ],
  },
  {
    name: 'the bridge drops what goes to pod2',
    break: [['node1', 'bridge link set dev veth0e921722 state 0']],
    fails: [oneWay, otherWay, request, reply, switched, staysIn],
    passes: 'rest',
    tells: [
      {
        check: oneWay,
        rows: [/^node1: changed link veth0e921722 type veth: port state: want forwarding, got disabled/],
      },
    ],
  },
  {
    name: 'pod2 does not answer pings',
    break: [['pod2', 'sysctl -q -w net.ipv4.icmp_echo_ignore_all=1']],
    fails: [oneWay, request, reply, switched, staysIn],
    passes: 'rest',
    tells: [
      {
        check: oneWay,
        got: /^no answer from 172\.20\.1\.176$/,
        rows: [
          /^pod2: changed sysctl net\/ipv4\/icmp_echo_ignore_all = 0: want 0, got 1 \(kernel: as in a fresh namespace\)$/,
        ],
        last: /^the packet was last seen on pod2\/eth0 in: IP 172\.20\.1\.195 > 172\.20\.1\.176: ICMP echo request/,
      },
    ],
  },
  {
    name: 'a firewall in pod1 drops echo requests',
    break: [['pod1', 'iptables -A INPUT -p icmp --icmp-type echo-request -j DROP']],
    fails: [otherWay],
    passes: 'rest',
    tells: [
      {
        check: otherWay,
        rows: [/^pod1: foreign iptables -t filter -A INPUT -p icmp -m icmp --icmp-type 8 -j DROP$/],
        last: /^the packet was last seen on pod1\/eth0 in: /,
      },
    ],
  },
  {
    name: 'pod2 has another MAC',
    break: [
      ['pod2', 'ip link set eth0 address 02:00:00:00:00:99'],
      ['pod1', 'ip neighbour flush dev eth0'],
    ],
    fails: [switched, pair2],
    passes: 'rest',
  },
  {
    name: 'pod1 sends with another TTL',
    break: [['pod1', 'sysctl -q -w net.ipv4.ip_default_ttl=32']],
    fails: [request],
    passes: 'rest',
  },
  {
    name: 'pod2 sends with another TTL',
    break: [['pod2', 'sysctl -q -w net.ipv4.ip_default_ttl=32']],
    fails: [reply],
    passes: 'rest',
  },
  {
    name: 'a copy of what pod1 sends goes out of the node',
    break: [['node1', mirror('veth47097500', 'eth0')]],
    fails: [staysIn],
    passes: 'rest',
    tells: [
      {
        check: staysIn,
        want: /^no frame on node1\/eth0 of the probe$/,
        got: /^node1\/eth0 out: IP 172\.20\.1\.195 > 172\.20\.1\.176: ICMP echo request/,
        rows: [/^node1: foreign qdisc dev veth47097500 clsact$/],
      },
    ],
  },
  {
    name: 'eth0 of pod1 has another MTU',
    break: [['pod1', 'ip link set eth0 mtu 1400']],
    fails: [pair1, ipPrints],
    passes: 'rest',
  },
  {
    name: 'the host end of pod1 has another MTU',
    break: [['node1', 'ip link set veth47097500 mtu 1400']],
    fails: [port1],
    passes: 'rest',
  },
  {
    name: 'pod1 has been plugged in anew, with other numbers',
    break: [
      [
        'node1',
        'ip link delete veth47097500; ip link add veth47097500 address aa:58:d6:99:75:ce type veth peer name eth0 address ca:eb:f6:28:5d:c1 netns pod1; ip link set veth47097500 master cni0 up',
      ],
      [
        'pod1',
        'ip link set eth0 up; ip address add 172.20.1.195/24 broadcast 172.20.1.255 dev eth0; ip route add default via 172.20.1.1',
      ],
    ],
    fails: [pair1, port1, ipPrints],
    passes: 'rest',
  },
  {
    name: 'pod1 has another prefix length',
    break: [['pod1', 'ip address add 172.20.1.195/25 dev eth0; ip address delete 172.20.1.195/24 dev eth0']],
    fails: [address1],
    passes: 'rest',
    // .176 is in the other half, behind the gateway; node1 forwards, or sends a redirect.
    either: [oneWay, otherWay, request, reply, switched],
  },
  {
    name: 'pod2 has another prefix length',
    break: [['pod2', 'ip address add 172.20.1.176/25 dev eth0; ip address delete 172.20.1.176/24 dev eth0']],
    fails: [address2],
    passes: 'rest',
    either: [oneWay, otherWay, request, reply, switched],
  },
  {
    name: 'lo of pod1 is down',
    break: [['pod1', 'ip link set lo down']],
    fails: [talk, onLo, nowhereElse],
    passes: 'rest',
    tells: [
      {
        check: talk,
        want: /^64 bytes to tcp 127\.0\.0\.1:8080 and back unchanged$/,
        rows: [
          /^pod1: changed link lo type loopback: state: want up, got down \(kernel: lo has it in every namespace\)$/,
        ],
      },
    ],
  },
  {
    name: 'a copy of what is on lo of pod1 goes out of its eth0',
    break: [['pod1', mirror('lo', 'eth0')]],
    fails: [nowhereElse],
    passes: 'rest',
  },
  {
    name: 'somebody listens in pod2',
    break: [],
    meanwhile: [
      'pod2',
      [
        process.execPath,
        '-e',
        "require('net').createServer().listen(8080, '127.0.0.1', () => console.log('listening'))",
      ],
    ],
    fails: [ownLo],
    passes: 'rest',
    tells: [{ check: ownLo, want: /^not: exit code 0 of bash -c /, got: /^exit code 0$/, rows: [] }],
  },
];

import { describe, expect, it } from 'vitest';
import { problemsOf, unmarked } from '../../helpers/lab-directory.ts';

const lab = `name: test
summary: two nodes
cluster:
  nodes:
    - {name: node1, address: 192.168.0.21/24, podCIDR: 172.30.76.0/24}
    - {name: node2, address: 192.168.0.22/24, podCIDR: 172.30.9.0/24}
  routers:
    - {name: gateway, addresses: [192.168.0.1/24, 203.0.113.1/24]}
  hosts:
    - {name: outside, address: 203.0.113.10/24}
  segments:
    - {name: lan, cidr: 192.168.0.0/24}
  bridge: docker0
  flannel:
    era: v0.7
    config: {Network: 172.30.0.0/16, SubnetLen: 24, Backend: {Type: vxlan, VNI: 1, Port: 8472}}
manifests: [pods.yaml]
checks:
  - ping: {from: web-1, to: web-2}
    within: 3s
`;
const pods = `apiVersion: v1
kind: Pod
metadata: {name: web-1}
spec: {nodeName: node1}
status: {podIP: 172.30.76.7}
---
apiVersion: v1
kind: Pod
metadata: {name: web-2}
spec: {nodeName: node2}
status: {podIP: 172.30.9.2}
`;
const ping = 'ping: {from: web-1, to: web-2}';

/** A case: what is replaced in lab.yaml (or pods.yaml) by what, with « before each thing that is wrong, and words of the messages in order. */
type Case = [from: string, to: string, ...words: (string | string[])[]];

function replaced(text: string, [from, to]: Case): string {
  expect(text).toContain(from);
  return text.replace(from, to);
}

async function expectProblems(files: Record<string, string>, words: (string | string[])[]): Promise<void> {
  const { files: clean, places } = unmarked(files);
  const problems = await problemsOf(clean);
  expect(problems.map((problem) => problem.slice(0, problem.indexOf(': ')))).toEqual(places);
  expect(words.length).toBe(places.length);
  for (const [index, expected] of words.entries())
    for (const word of [expected].flat()) expect(problems[index]).toContain(word);
}

const table = (file: 'lab.yaml' | 'pods.yaml', cases: Case[]): void => {
  it.each(cases.map((entry) => [entry[1].trim().split('\n')[0] || entry[0], entry] as const))(
    '%s',
    async (_, entry) => {
      const files = { 'lab.yaml': lab, 'pods.yaml': pods };
      await expectProblems({ ...files, [file]: replaced(files[file], entry) }, entry.slice(2));
    },
  );
};

it('the lab and its pods are good as they are', async () => {
  expect(await problemsOf({ 'lab.yaml': lab, 'pods.yaml': pods })).toEqual([]);
});

describe('a key', () => {
  table('lab.yaml', [
    [
      'address: 192.168.0.21',
      '«adress: 192.168.0.21',
      ['unknown key "adress"', 'a node', 'did you mean address?'],
    ],
    ['summary:', '«sumary:', ['unknown key "sumary"', 'did you mean summary?']],
    ['cluster:', '«clustr:', ['unknown key "clustr"', 'did you mean cluster?']],
    [
      'bridge: docker0',
      '«colour: blue',
      ['unknown key "colour"', 'nodes, routers, hosts, segments, bridge, flannel'],
    ],
    [
      'bridge: docker0',
      'bridge: {name: cni0, «hairpn: true}',
      ['"hairpn"', 'a bridge', 'did you mean hairpin?'],
    ],
    ['SubnetLen: 24', '«SubnetLn: 24', ['"SubnetLn"', "flannel's config", 'did you mean SubnetLen?']],
    ['VNI: 1', '«VMI: 1', ['"VMI"', 'did you mean VNI?']],
    ['{from: web-1', '{«form: web-1', ['"form"', 'a ping check', 'did you mean from?']],
    ['ping: {', '«pingg: {', ['"pingg"', 'did you mean ping?']],
    ['within: 3s', '«whitin: 3s', ['"whitin"', 'did you mean within?']],
    ['{name: node1, ', '«{', 'the key name is missing'],
    ['summary: two nodes', 'summary: two nodes\n«summary: three', ['"summary" twice', 'line 2']],
    ['name: node1,', 'name: node1, «name: node3,', ['"name" twice', 'line 5']],
    ['summary: two nodes', '? «[a]\n: b', 'a key that is no word'],
  ]);
});

describe('an address', () => {
  table('lab.yaml', [
    ['192.168.0.21/24', '«192.168.0.300/24', ['more than 255', 'e.g. 192.168.0.21/24']],
    ['192.168.0.21/24', '«192.168.0.021/24', 'octal'],
    ['192.168.0.21/24', '«192.168.0.21', 'prefix length is missing'],
    ['192.168.0.21/24', '«192.168/24', '2 parts'],
    ['192.168.0.21/24', '«192.168.0.21/33', '0 to 32'],
    ['192.168.0.21/24', '«192.168.0.0/24', 'network address'],
    ['192.168.0.21/24', '«192.168.0.255/24', 'broadcast'],
    ['192.168.0.21/24', '«fd00::21/64', 'IPv6'],
    ['192.168.0.21/24', '«127.0.0.5/24', 'loopback'],
    ['192.168.0.21/24', '«224.0.0.5/24', 'multicast'],
    ['address: 192.168.0.21/24', 'address: «192.168', ['the number 192.168', 'in quotes']],
    ['address: 192.168.0.21/24', '«address: ', 'found nothing'],
    ['192.168.0.22/24', '«192.168.0.21/24', ['192.168.0.21 a second time', 'node "node1"', 'line 5']],
    ['192.168.0.22/24', '«192.168.0.22/23', ['192.168.0.0/23, which overlaps 192.168.0.0/24', 'node1']],
    ['[192.168.0.1/24, ', '[192.168.0.1/24, «192.168.0.2/24, ', 'second address of gateway'],
    ['[192.168.0.1/24, 203.0.113.1/24]', '«[]', 'at least one address'],
    ['{name: lan, cidr: 192.168.0.0/24}', '{name: lan, cidr: «10.9.0.0/24}', 'nobody has an address'],
    [
      '{name: lan, cidr: 192.168.0.0/24}',
      '{name: lan, cidr: 192.168.0.0/24}\n    - {name: lan2, cidr: «192.168.0.0/24}',
      ['a second time', 'lan already'],
    ],
  ]);
});

describe('a podCIDR', () => {
  table('lab.yaml', [
    ['172.30.76.0/24', '«172.30.76.1/24', ['host bits', '172.30.76.0/24']],
    ['172.30.76.0/24', '«172.30.76.0/255.255.255.0', '0 to 32'],
    ['172.30.9.0/24', '«172.30.76.0/24', ['overlaps 172.30.76.0/24', 'podCIDR of node1']],
    ['172.30.9.0/24', '«172.30.0.0/16', ['overlaps 172.30.76.0/24', 'node1']],
    ['172.30.76.0/24', '«192.168.0.0/24', ['overlaps 192.168.0.0/24', 'underlay']],
    ['172.30.76.0/24', '«172.31.76.0/24', "outside flannel's Network 172.30.0.0/16"],
    ['172.30.76.0/24', '«172.30.76.0/25', ["flannel's SubnetLen, 24", '25']],
  ]);

  it('is needed by flannel on each node, and by each pod on its node', async () => {
    const without = lab.replace(
      '- {name: node2, address: 192.168.0.22/24, podCIDR: 172.30.9.0/24}',
      '- «{name: node2, address: 192.168.0.22/24}',
    );
    const there = pods.replace('nodeName: node2', 'nodeName: «node2');
    await expectProblems({ 'lab.yaml': without, 'pods.yaml': there }, [
      'podCIDR of node2 is missing',
      'node2, which has no podCIDR',
    ]);
  });

  it.each(['172.30.76.0/31', '172.30.76.0/32'])('%s has no room', async (cidr) => {
    const small = lab.replace('172.30.76.0/24', `«${cidr}`).replace(/ {2}flannel:\n.*\n.*\n/, '');
    await expectProblems({ 'lab.yaml': small, 'pods.yaml': pods }, ['at most 30']);
  });
});

describe('a name', () => {
  table('lab.yaml', [
    ['name: node1', 'name: «Node1', 'upper case'],
    ['name: node1', 'name: «node_1', 'only a-z, 0-9 and -'],
    ['name: node1', 'name: «node1.example', 'dots'],
    ['name: node1', 'name: «worker-in-building-7', ['20 characters', 'at most 15']],
    ['name: node1', 'name: «192.168.0.21', 'it is an address'],
    ['name: node1', 'name: «7', ['the number 7', 'quotes']],
    ['name: node1', 'name: «[a]', 'found a list'],
    ['name: outside', 'name: «node1', ['"node1" a second time', 'node "node1"', 'line 5']],
    ['name: lan', 'name: «gateway', ['"gateway" a second time', 'router "gateway"', 'line 8']],
    ['name: outside', 'name: «lo', 'loopback device'],
    ['name: outside', 'name: «default', 'net.ipv4.conf'],
    ['name: outside', 'name: «br0', 'bridge of each segment'],
    ['name: test', 'name: «My lab', 'upper case'],
    ['name: test', `name: «${'a'.repeat(41)}`, ['41 characters', 'at most 40']],
    ['name: test', 'name: «../evil', 'dots'],
    ['name: test', 'name: «"a\\e[31m"', String.raw`"a\u001b[31m"`],
  ]);
});

describe('a number, a MAC, a bridge, a gateway', () => {
  const node2 = 'podCIDR: 172.30.9.0/24';
  table('lab.yaml', [
    [node2, `${node2}, mtu: «67`, ['the number 67', '68 to 65535']],
    [node2, `${node2}, mtu: «65536`, '68 to 65535'],
    [node2, `${node2}, mtu: «1500.5`, '68 to 65535'],
    [node2, `${node2}, mtu: «"1500"`, 'without quotes'],
    [node2, `${node2}, mtu: «.inf`, '68 to 65535'],
    [node2, `${node2}, mtu: «100`, ['at least 118', 'VXLAN']],
    [node2, `${node2}, mac: «02-42-00-00-00-01`, 'dashes'],
    [node2, `${node2}, mac: «01:00:5e:00:00:01`, 'group address'],
    [node2, `${node2}, vtepMAC: «8a:22:81:5e:d8`, 'six bytes'],
    [
      node2,
      `${node2}, mac: 02:00:00:00:00:01, vtepMAC: «02:00:00:00:00:01`,
      ['02:00:00:00:00:01 a second time', 'eth0 of node2'],
    ],
    [node2, `${node2}, gateway: «10.0.0.1`, 'outside 192.168.0.0/24'],
    [node2, `${node2}, gateway: «192.168.0.22`, 'its own address'],
    [node2, `${node2}, gateway: «nobody`, 'or none'],
    ['bridge: docker0', 'bridge: «eth0', 'each node has a device of this'],
    ['bridge: docker0', 'bridge: «flannel.1', 'each node has a device of this'],
    ['bridge: docker0', 'bridge: «bridge-of-the-pods', ['18 bytes', 'at most 15']],
    ['bridge: docker0', 'bridge: «br/0', 'white space, / and :'],
    ['bridge: docker0', 'bridge: {name: cni0, style: «calico}', 'one of docker, cni'],
    ['bridge: docker0', 'bridge: {name: cni0, hairpin: «yes}', 'write true or false'],
    ['bridge: docker0', 'bridge: «7', 'the name of a bridge'],
    ['bridge: docker0', 'bridge: «{style: cni}', 'the key name is missing'],
  ]);
});

describe("flannel's config", () => {
  table('lab.yaml', [
    ['era: v0.7', 'era: «v0.8', ['v0.7, current', 'did you mean v0.7?']],
    ['Type: vxlan', 'Type: «host-gw', 'not there yet'],
    ['Type: vxlan', 'Type: «VXLAN', 'vxlan'],
    ['VNI: 1', 'VNI: «0', '1 to 16777215'],
    ['era: v0.7', 'era: «0.7', ['the number 0.7', 'did you mean v0.7?']],
    ['era: v0.7', 'era: v0.7\n    «VNI: 2', ['unknown key "VNI"', 'a key of a flannel backend']],
    ['VNI: 1', 'VNI: «16777216', '1 to 16777215'],
    ['Port: 8472', 'Port: «70000', '0 to 65535'],
    ['VNI: 1', 'Directrouting: «true', ['direct routing', 'not there yet']],
    ['VNI: 1', 'VNI: 1, «vni: 2', 'VNI a second time'],
    ['SubnetLen: 24', 'SubnetLen: «31', 'SubnetLen must be less than /31'],
    ['SubnetLen: 24', 'SubnetLen: «17', 'network must be able to accommodate at least four subnets'],
    [
      'SubnetLen: 24',
      'SubnetLen: 24, SubnetMin: «172.31.0.0',
      'SubnetMin is not in the range of the Network',
    ],
    [
      'SubnetLen: 24',
      'SubnetLen: 24, SubnetMax: «172.30.99.128',
      'SubnetMax is not on a SubnetLen boundary: 172.30.99.128',
    ],
    [
      'Network: 172.30.0.0/16, SubnetLen: 24',
      'Network: «172.30.0.0/29',
      'network is too small. Minimum useful network prefix is /28',
    ],
    ['Network: 172.30.0.0/16', 'Network: «172.30.1.0/16', 'host bits'],
  ]);

  it('without a Network is refused in flannel’s own words', async () => {
    const without = lab.replace('config: {Network: 172.30.0.0/16, ', 'config: «{');
    await expectProblems({ 'lab.yaml': without, 'pods.yaml': pods }, [
      'please define a correct Network parameter in the flannel config',
    ]);
  });

  it('without a Backend would be udp', async () => {
    const without = lab
      .replace(', Backend: {Type: vxlan, VNI: 1, Port: 8472}', '')
      .replace('config: {', 'config: «{');
    await expectProblems({ 'lab.yaml': without, 'pods.yaml': pods }, ['udp, which is not there yet']);
  });

  it('bounds the subnets that a node may have', async () => {
    const bounded = lab.replace(
      'SubnetLen: 24',
      'SubnetLen: 24, SubnetMin: 172.30.10.0, SubnetMax: 172.30.50.0',
    );
    const marked = bounded
      .replace('172.30.76.0/24', '«172.30.76.0/24')
      .replace('172.30.9.0/24', '«172.30.9.0/24');
    await expectProblems({ 'lab.yaml': marked, 'pods.yaml': pods }, ['above SubnetMax', 'below SubnetMin']);
  });
});

describe('a check', () => {
  table('lab.yaml', [
    [ping, 'ping: {from: «web-3, to: web-2}', ['unknown name "web-3"', 'did you mean web-']],
    [ping, 'ping: {from: «web, to: web-2}', 'did you mean web-1 or web-2?'],
    [ping, 'ping: {from: web-1, to: «web-22}', 'did you mean web-2'],
    [ping, 'ping: {from: «lan, to: web-2}', ['"lan", which is a segment', 'node, pod, router or host']],
    [ping, 'ping: {from: web-1, to: «172.30.9.256}', 'more than 255'],
    [ping, 'ping: «{from: web-1}', 'the key to is missing'],
    [ping, 'ping: «web-1', 'from, to, size'],
    [ping, 'ping: {from: web-1, to: web-2, size: «-1}', '0 to 65507'],
    [ping, 'ping: {from: web-1, to: web-2, expect: «replyy}', ['reply, no-reply', 'did you mean reply?']],
    [ping, 'ping: {from: web-1, to: web-2, «mtu: 1450}', 'only with frag-needed or message-too-long'],
    [ping, 'ping: {from: web-1, to: web-2, wait: «soon}', '3s, 500ms'],
    ['within: 3s', 'within: «3 minutes', '3s, 500ms'],
    ['within: 3s', 'within: «2h', '3s, 500ms'],
    ['within: 3s', 'within: «5000000ms', 'too long'],
    ['within: 3s', 'within: «-1', '3s, 500ms'],
    ['within: 3s', 'not: «maybe', 'true or false'],
    ['within: 3s', 'tags: «slow', 'a list of tags'],
    [`${ping}\n    within: 3s`, '«name: nothing', 'no kind of check'],
    ['within: 3s', '«tcp: {from: web-1, to: web-2, port: 80}', 'found tcp beside ping'],
    [`${ping}\n    within: 3s`, '«mesh', ['found "mesh"', 'mesh: with a colon']],
    [ping, 'tcp: {from: web-1, to: web-2, port: «0}', 'a port from 1 to 65535'],
    [ping, 'tcp: {from: web-1, to: «172.30.9.2, port: 80}', 'unknown name "172.30.9.2"'],
    [ping, 'http: «{from: web-1}', 'the key to is missing'],
    [ping, 'http: {from: web-1, «to: web-2, url: "http://10.0.0.1/"}', 'found to beside url'],
    [ping, 'http: {from: web-1, url: «"ftp://10.0.0.1/"}', 'only http'],
    [
      ping,
      'command: {in: «node3, run: [ip, route]}',
      ['unknown name "node3"', 'did you mean node1 or node2?'],
    ],
    [ping, 'command: {in: node1, run: «ip route}', 'as a list'],
    [ping, 'command: {in: node1, run: «[]}', 'at least the command'],
    [
      ping,
      'command: {in: node1, run: [ip, route], stdout: «"default ("}',
      ['unterminated group', 'regular expression'],
    ],
    [ping, 'command: {in: node1, run: [sleep, «1]}', 'quotes'],
    [ping, 'link: {in: node1, name: «a-very-long-device}', 'at most 15'],
    [ping, 'link: {in: node1, name: eth0, peer: «lan}', 'the / between namespace and device is missing'],
    [ping, 'link: {in: node1, name: eth0, peer: «lann/node1}', ['unknown name "lann"', 'lan']],
    [ping, 'address: {in: node1, dev: eth0, address: «192.168.0.21}', 'prefix length is missing'],
    [ping, 'route: {in: node1, to: «172.30.9.2/24}', 'host bits'],
    [ping, 'route: {in: node1, to: «everywhere}', 'default or an IPv4 network'],
    [ping, 'neighbour: {in: node1, dev: flannel.1, address: 172.30.9.2, state: «REACHABLE}', 'reachable'],
    [ping, 'fdb: {in: node1, dev: flannel.1, lladdr: «nonsense}', 'six bytes'],
    [
      ping,
      'iptables: {in: node1, table: «natt, chain: POSTROUTING, rule: -j MASQUERADE}',
      'did you mean nat?',
    ],
    [
      ping,
      'iptables: {in: node1, table: nat, chain: POSTROUTING, rule: «-A POSTROUTING -j MASQUERADE}',
      'begins with the chain',
    ],
    [ping, 'sysctl: {in: node1, name: «ip_forward, value: 1}', 'no sysctl name'],
    [ping, 'mesh: {among: [web-1, «web-9]}', 'unknown name "web-9"'],
    [ping, 'miss: {from: web-1, to: web-2, on: «node1/docker0}', 'node1/flannel.1'],
  ]);

  it('of misses needs flannel v0.7', async () => {
    const miss = lab
      .replace('era: v0.7', 'era: current')
      .replace(ping, 'miss: «{from: web-1, to: web-2, on: node1/flannel.1}');
    await expectProblems({ 'lab.yaml': miss, 'pods.yaml': pods }, ['of era v0.7']);
  });
});

describe('a packet check', () => {
  const packet = (on: string, expectation: string, probe = ping): string =>
    `packet: {while: {${probe}}, on: ${on}, expect: {${expectation}}}`;
  table('lab.yaml', [
    [ping, packet('«eth0', 'icmp: echo-request'), 'the / between namespace and device is missing'],
    [ping, packet('«/eth0', 'icmp: echo-request'), 'the namespace before the / is missing'],
    [ping, packet('[node1/eth0, «node3/eth0]', 'icmp: echo-request'), 'unknown name "node3"'],
    [ping, packet('«node1/eth1', 'icmp: echo-request'), ['which node1 has not', 'eth0']],
    [ping, packet('«node1/flanel.1', 'icmp: echo-request'), 'did you mean flannel.1?'],
    [ping, packet('«[]', 'icmp: echo-request'), 'at least one place'],
    [ping, packet('node1/eth0', 'icmp: «echo'), 'did you mean echo-'],
    [ping, packet('node1/eth0', 'inner: «172.30.76.7'), 'not exactly one >'],
    [ping, packet('node1/eth0', 'inner: «172.30.76.7 > web-2'), ['of the destination', 'no address']],
    [ping, packet('node1/eth0', 'innerEther: «"* > nonsense"'), 'of the destination'],
    [ping, packet('node1/eth0', 'udp: «"* > 70000"'), 'no port'],
    [ping, packet('node1/eth0', 'arp: «"who-has web-2"'), 'no address'],
    [ping, packet('node1/eth0', 'arp: «172.30.9.2'), 'who-has nor is-at'],
    [ping, packet('node1/eth0', 'vxlan: {«vnii: 1}'), ['a VXLAN header', 'did you mean vni?']],
    [ping, packet('node1/eth0', '«ip: "* > *", outer: "* > *"'), 'found ip beside outer'],
    [ping, packet('node1/eth0', 'icmp: echo-request, «udp: "* > 53"'), 'found udp beside icmp'],
    [
      ping,
      packet('node1/eth0', 'icmp: echo-request', 'ping: {from: «web-9, to: web-2}'),
      'unknown name "web-9"',
    ],
    [
      ping,
      packet('node1/eth0', 'icmp: echo-request', `${ping}, «tcp: {from: web-1, to: web-2, port: 1}`),
      'found tcp beside ping',
    ],
    [ping, packet('node1/eth0', 'icmp: echo-request', '«mesh: {}'), 'unknown key "mesh"'],
    [ping, 'packet: {while: «{}, on: node1/eth0, expect: {}}', 'no kind of check'],
    [ping, packet('node1/eth0', 'ip: «* > 10.0.0.1'), 'expected quotes'],
  ]);
});

describe('a pod', () => {
  const annotated = (annotations: string): Case => [
    '{name: web-1}',
    `{name: web-1, annotations: {${annotations}}}`,
  ];
  table('pods.yaml', [
    ['nodeName: node1', 'nodeName: «node3', ['unknown node "node3"', 'node1, node2']],
    ['nodeName: node1', 'nodeName: «nod1', 'did you mean node1?'],
    ['nodeName: node1', 'nodeName: «192.168.0.21', 'did you mean node1?'],
    ['nodeName: node1', 'nodeName: «gateway', 'unknown node "gateway"'],
    ['spec: {nodeName: node1}', 'spec: «{}', ['nodeName is missing', 'no scheduler']],
    ['spec: {nodeName: node1}', 'spec: «{nodeNam: node1}', 'is it "nodeNam"?'],
    ['spec: {nodeName: node1}', 'spec: {«nodename: node1}', 'nodeName, as Kubernetes writes it'],
    ['nodeName: node1', 'nodeName: node1, hostNetwork: «true', 'not there yet'],
    ['172.30.76.7', '«172.30.9.7', ['outside 172.30.76.0/24', 'belongs to node2']],
    ['172.30.76.7', '«10.0.0.1', 'outside 172.30.76.0/24'],
    ['172.30.76.7', '«172.30.76.1', "the bridge's own address"],
    ['172.30.76.7', '«172.30.76.0', 'network address'],
    ['172.30.76.7', '«172.30.76.255', 'broadcast'],
    ['172.30.76.7', '«172.30.76.07', 'octal'],
    ['172.30.76.7', '«fd00::7', 'IPv6'],
    ['status: {podIP: 172.30.76.7}', 'status: {podIP: «172.30}', ['the number 172.30', 'quotes']],
    ['status: {podIP: 172.30.76.7}', 'status: {«podIp: 172.30.76.7}', 'podIP, as Kubernetes writes it'],
    ['name: web-2', 'name: «web-1', ['"web-1" a second time', 'line 3']],
    ['name: web-2', 'name: «node1', ['"node1" a second time', 'lab.yaml:5']],
    ['name: web-2', 'name: «Web-2', 'upper case'],
    ['name: web-2', `name: «${'a'.repeat(64)}`, 'at most 63'],
    ['{name: web-2}', '«{namespace: shop}', 'the key name is missing'],
    ['{name: web-2}', '{name: web-2, namespace: «Shop}', 'upper case'],
    ['{name: web-2}', '{name: web-2, labels: {app: «1}}', 'quotes'],
    ['kind: Pod', 'kind: «Service', ['"Service"', 'Pod or List', 'not there yet']],
    ['kind: Pod', 'kind: «pod', 'did you mean Pod?'],
    ['apiVersion: v1\nkind: Pod', '«apiVersion: v1', 'kind is missing'],
    ['apiVersion: v1', 'apiVersion: «apps/v1', 'expected v1'],
    [annotated('')[0], annotated('«wirelab/host-vet: veth1')[1], 'did you mean wirelab/host-veth?'],
    [annotated('')[0], annotated('wirelab/host-veth: «a/b')[1], 'white space, / and :'],
    [annotated('')[0], annotated('wirelab/host-veth: «docker0')[1], 'a device of each node'],
    [annotated('')[0], annotated('wirelab/host-veth-index: «49')[1], 'quotes'],
    [annotated('')[0], annotated('wirelab/host-veth-index: «"2"')[1], 'from 10 up'],
    [annotated('')[0], annotated('wirelab/mac: «nonsense')[1], 'six bytes'],
    [annotated('')[0], annotated('wirelab/mtu: «"9"')[1], '68 to 65535'],
  ]);

  it('shares neither veth, index, MAC nor address with another', async () => {
    const one = (name: string, mark: string): string =>
      `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n  annotations:\n    wirelab/host-veth: ${mark}veth1\n    wirelab/host-veth-index: ${mark}"49"\n    wirelab/host-veth-mac: ${mark}02:00:00:00:00:0${mark === '' ? 'a' : 'A'}\nspec: {nodeName: node1}\nstatus: {podIP: ${mark}172.30.76.7}\n`;
    await expectProblems({ 'lab.yaml': lab, 'pods.yaml': `${one('web-1', '')}---\n${one('web-2', '«')}` }, [
      ['veth "veth1" a second time', 'pod "web-1"'],
      'ifindex 49 on node1 a second time',
      '02:00:00:00:00:0a a second time',
      '172.30.76.7 a second time',
    ]);
  });

  it('too many for a podCIDR are refused where there is no address left', async () => {
    const small = lab
      .replace('172.30.76.0/24', '172.30.76.0/29')
      .replace('SubnetLen: 24', 'SubnetLen: 29')
      .replace('172.30.9.0/24', '172.30.9.0/29');
    const many = Array.from(
      { length: 7 },
      (_, index) =>
        `{apiVersion: v1, kind: Pod, metadata: {name: web-${index}}, spec: {nodeName: ${index > 4 ? '«' : ''}node1}}`,
    );
    const files = { 'lab.yaml': small.replace(ping, 'mesh:'), 'pods.yaml': many.join('\n---\n') };
    await expectProblems(files, [['more pods on node1', 'at most 5'], 'more pods on node1']);
  });
});

describe('what is wrong in several places', () => {
  it('is said at once, in the order of the files and lines, without echoes', async () => {
    const files = {
      'lab.yaml': lab
        .replace('address: 192.168.0.22', '«adress: 192.168.0.22')
        .replace('bridge: docker0', 'bridge: «eth0')
        .replace('VNI: 1', 'VNI: «0')
        .replace('to: web-2', 'to: «web-3'),
      'pods.yaml': pods.replace('172.30.76.7', '«172.30.76.1'),
    };
    await expectProblems(files, [
      'did you mean address?',
      'eth0',
      '1 to 16777215',
      '"web-3"',
      "bridge's own",
    ]);
  });

  it('is said for the first 20 places, and how many more there are', async () => {
    const many = Array.from(
      { length: 300 },
      (_, index) => `  - ping: {from: web-1, to: nobody-${index}}\n`,
    ).join('');
    const problems = await problemsOf({ 'lab.yaml': lab + many, 'pods.yaml': pods });
    expect(problems).toHaveLength(20);
    expect(problems[0]).toMatch(/^lab\.yaml:21:29: .*"nobody-0"/);
    expect(problems[19]).toMatch(/^lab\.yaml:40:29: .*"nobody-19"/);
  });

  it('of a pod whose manifest is wrong, checks do not complain as well', async () => {
    expect(
      await problemsOf({ 'lab.yaml': lab, 'pods.yaml': pods.replace('kind: Pod', 'kind: Deployment') }),
    ).toHaveLength(1);
    expect(
      await problemsOf({ 'lab.yaml': lab, 'pods.yaml': pods.replace('name: web-1', 'name: Web-1') }),
    ).toHaveLength(1);
    expect(
      await problemsOf({ 'lab.yaml': lab, 'pods.yaml': pods.replace('{name: web-1}', '{name: web-1') }),
    ).toHaveLength(1);
    expect(
      await problemsOf({ 'lab.yaml': lab.replace('pods.yaml', 'podz.yaml'), 'pods.yaml': pods }),
    ).toHaveLength(1);
  });
});

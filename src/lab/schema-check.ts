import * as z from 'zod/mini';
import { cidrProblem, networkProblem } from '../model/cidr.ts';
import { labelProblem } from '../model/names.ts';
import { frameSchema } from './schema-frame.ts';
import {
  address,
  byteCount,
  described,
  device,
  duration,
  line,
  lineProblem,
  mac,
  mapping,
  member,
  mtu,
  optional,
  pattern,
  place,
  port,
  text,
  vni,
  wholeNumber,
  yesOrNo,
} from './schema-scalar.ts';

/** The checks of a lab file: src/check/spec.ts as it is written in YAML. */

const target = text('the name of a node, pod, router or host, or an IPv4 address');
const wait = optional(duration, 'How long one try waits for an answer. Default: 1s.');
const inside = described(member, 'The namespace to look in.');
const dev = described(device, 'The network device.');

const ping = mapping('a ping check', {
  from: described(member, 'Who sends the echo request.'),
  to: described(target, 'Who must answer: a name, or an IPv4 address.'),
  size: optional(byteCount, 'ICMP payload in bytes: the IPv4 packet minus 28. Default: 56.'),
  df: optional(yesOrNo, "Set the don't-fragment bit."),
  expect: optional(
    z.enum(['reply', 'no-reply', 'unreachable', 'frag-needed', 'message-too-long'], { error: 'an outcome' }),
    'What must come of it. Default: reply.',
  ),
  mtu: optional(mtu, 'The MTU that a frag-needed or message-too-long answer must name.'),
  wait,
});

const exchangeKeys = {
  from: described(member, 'Who connects.'),
  to: described(member, 'Where the check starts a listener.'),
  port: described(port, 'The port that it listens on.'),
  address: optional(
    address,
    "Address to connect to when it is not the listener's own, e.g. that of a service.",
  ),
  size: optional(byteCount, 'Payload in bytes. Default: 64.'),
  source: optional(address, "What the listener must see as the client's address."),
  wait,
};
const tcp = mapping('a tcp check', exchangeKeys);
const udp = mapping('a udp check', exchangeKeys);

const http = mapping('an http check', {
  from: described(member, 'Who asks.'),
  to: optional(member, 'Where the check starts a small responder that answers 200 with its own name.'),
  port: optional(port, 'Its port. Default: 80.'),
  path: optional(
    text('a path, e.g. /index.html', (value) =>
      /^\/\S*$/.test(value) ? undefined : 'it does not begin with /, or has white space',
    ),
    'Default: /.',
  ),
  url: optional(
    text('a URL, e.g. http://10.254.80.22/', urlProblem),
    'Instead of `to`: something must listen there already.',
  ),
  host: optional(line, 'The Host header.'),
  status: optional(wholeNumber(100, 599, 'an HTTP status'), 'Wanted status. Default: 200.'),
  body: optional(pattern, 'Regular expression that the body must match.'),
  wait,
});

const command = mapping('a command check', {
  in: inside,
  run: described(
    z
      .array(z.string({ error: 'a word in quotes' }), {
        error: 'the words of the command as a list, e.g. [ip, route]',
      })
      .check(z.minLength(1, { error: 'at least the command' })),
    'The command as argv: no shell is involved.',
  ),
  exit: optional(wholeNumber(0, 255, 'an exit code'), 'Wanted exit code. Default: 0.'),
  stdout: optional(pattern, 'Regular expression (flag m) that standard output must match.'),
  stderr: optional(pattern, 'Regular expression (flag m) that standard error must match.'),
});

const states = [
  'none',
  'incomplete',
  'reachable',
  'stale',
  'delay',
  'probe',
  'failed',
  'noarp',
  'permanent',
] as const;
const state = z.enum(states, { error: 'a neighbour state' });

const probes = { ping, tcp, udp, http, command };

const probe = mapping('a probe', {
  ping: optional(ping, 'An echo request.'),
  tcp: optional(tcp, 'A TCP exchange.'),
  udp: optional(udp, 'A UDP exchange.'),
  http: optional(http, 'A GET request.'),
  command: optional(command, 'Any command.'),
});

export const claimSchemas = {
  ...probes,
  link: mapping('a link check', {
    in: inside,
    name: described(device, 'Name of the link.'),
    type: optional(line, 'Its kind, as `ip -d link` says it: veth, bridge, vxlan ...'),
    mtu: optional(mtu, 'Its MTU.'),
    mac: optional(mac, 'Its MAC.'),
    up: optional(yesOrNo, 'Whether it is up.'),
    master: optional(device, 'The bridge that it is a port of.'),
    peer: optional(place, 'The other end of a veth pair: checked by ifindex in both directions.'),
    index: optional(wholeNumber(1, 0x7fffffff, 'an interface index'), 'Its ifindex.'),
    vni: optional(vni, 'Of a vxlan device.'),
    port: optional(port, 'UDP port of a vxlan device.'),
    local: optional(address, 'Local address of a vxlan device.'),
    learning: optional(yesOrNo, 'Whether a vxlan device learns.'),
    hairpin: optional(yesOrNo, 'Whether a bridge port may send a frame back to where it came from.'),
  }),
  address: mapping('an address check', {
    in: inside,
    dev,
    address: described(
      text('an IPv4 address with its prefix length, e.g. 172.30.76.0/32', (value) => cidrProblem(value)),
      'With prefix length.',
    ),
  }),
  route: mapping('a route check', {
    in: inside,
    to: described(
      text('default or an IPv4 network, e.g. 172.30.0.0/16', (value) =>
        value === 'default' ? undefined : networkProblem(value),
      ),
      '`default` or a network.',
    ),
    dev: optional(device, 'The device it leads to.'),
    via: optional(address, 'The next hop.'),
    metric: optional(wholeNumber(0, 0xffffffff, 'a metric'), 'Its metric.'),
    onlink: optional(yesOrNo, 'Whether the next hop is taken to be on the link.'),
    src: optional(address, 'The preferred source address.'),
  }),
  neighbour: mapping('a neighbour check', {
    in: inside,
    dev,
    address: described(address, 'The neighbour.'),
    lladdr: optional(mac, 'Its MAC.'),
    state: optional(
      z.union([state, z.array(state).check(z.minLength(1, { error: 'at least one state' }))], {
        error: `one or a list of ${states.join(', ')}`,
      }),
      'Any of these states.',
    ),
  }),
  fdb: mapping('an fdb check', {
    in: inside,
    dev,
    lladdr: described(mac, 'The MAC.'),
    dst: optional(address, 'The remote tunnel end.'),
    permanent: optional(yesOrNo, 'Whether the entry is permanent.'),
  }),
  iptables: mapping('an iptables check', {
    in: inside,
    table: described(
      z.enum(['filter', 'nat', 'mangle', 'raw', 'security'], { error: 'a table' }),
      'The table.',
    ),
    chain: described(
      text('the name of a chain', (value) =>
        /^[^\s!-]\S{0,27}$/.test(value) ? undefined : 'it is no chain name of at most 28 characters',
      ),
      'The chain.',
    ),
    rule: described(
      text('a rule, e.g. -s 172.30.0.0/16 -j MASQUERADE', ruleProblem),
      'The rule as iptables-save prints it, without `-A CHAIN`.',
    ),
    position: optional(wholeNumber(1, 1_000_000, 'a position'), 'Position in the chain, from 1.'),
  }),
  sysctl: mapping('a sysctl check', {
    in: inside,
    name: described(
      text('the name of a sysctl, e.g. net.ipv4.ip_forward', (value) =>
        /^[\w*-]+([./][\w.*-]+)+$/.test(value) ? undefined : 'it is no sysctl name',
      ),
      'As sysctl(8) writes it.',
    ),
    value: described(z.union([line, z.number()], { error: 'a value, e.g. 1' }), 'Its value.'),
  }),
  packet: mapping('a packet check', {
    while: described(probe, 'What sends packets while the devices are captured.'),
    on: described(
      z.union([place, z.array(place).check(z.minLength(1, { error: 'at least one place' }))], {
        error: 'a place, e.g. node1/eth0, or a list of them',
      }),
      'Every place must see a frame that fits (with `not`, none may).',
    ),
    expect: described(frameSchema, 'What the frame must look like.'),
    probeFails: optional(yesOrNo, 'The probe itself must fail.'),
  }),
  mesh: z.nullable(
    mapping('a mesh check', {
      among: optional(
        z.array(member, { error: 'a list of names' }).check(z.minLength(2, { error: 'at least two names' })),
        'Default: all pods.',
      ),
      sample: optional(
        wholeNumber(1, 1_000_000, 'a number of pairs'),
        'Only so many of the pairs, evenly spread: with as many as there are members, or more, each sends and receives. Default: all pairs.',
      ),
      seed: optional(
        wholeNumber(0, 0xffffffff, 'a number'),
        'Another number samples other pairs; the same number always the same ones. Default: 1.',
      ),
    }),
  ),
  miss: mapping('a miss check', {
    from: described(member, 'Who sends.'),
    to: described(target, 'A pod, or an address.'),
    on: described(place, 'The node and its vxlan device, e.g. node1/flannel.1.'),
    lladdr: optional(mac, "MAC of the entry that the agent must write: the remote node's VtepMAC."),
  }),
};

export const claimKinds = Object.keys(claimSchemas) as (keyof typeof claimSchemas)[];
export const probeKinds = Object.keys(probes) as (keyof typeof probes)[];

export const checkSchema = mapping('a check', {
  name: optional(line, "A sentence about the network. Default: made from the check's words."),
  not: optional(yesOrNo, 'The claim must not hold.'),
  within: optional(duration, 'How long to retry until it holds. Default: 5s.'),
  tags: optional(
    z.array(
      text('a tag, e.g. slow', (value) => labelProblem(value)),
      { error: 'a list of tags, e.g. [slow]' },
    ),
    'Checks tagged slow run only with --slow.',
  ),
  ping: optional(claimSchemas.ping, 'An echo request is answered.'),
  tcp: optional(claimSchemas.tcp, 'A tagged message goes to a TCP listener and comes back.'),
  udp: optional(claimSchemas.udp, 'A tagged message goes to a UDP listener and comes back.'),
  http: optional(claimSchemas.http, 'A GET request is answered.'),
  command: optional(claimSchemas.command, 'A command ends and prints as wanted.'),
  link: optional(claimSchemas.link, 'A network device is there.'),
  address: optional(claimSchemas.address, 'A device has an address.'),
  route: optional(claimSchemas.route, 'A route is there.'),
  neighbour: optional(claimSchemas.neighbour, 'A neighbour (ARP) entry is there.'),
  fdb: optional(claimSchemas.fdb, 'A forwarding database entry is there.'),
  iptables: optional(claimSchemas.iptables, 'An iptables rule is there.'),
  sysctl: optional(claimSchemas.sysctl, 'A kernel setting has a value.'),
  packet: optional(claimSchemas.packet, 'Frames pass devices while a probe runs.'),
  mesh: optional(claimSchemas.mesh, 'Every pod reaches every other pod by ping.'),
  miss: optional(
    claimSchemas.miss,
    "flannel v0.7's neighbour entry on demand: the miss, the entry, the reply.",
  ),
});

export type CheckEntry = z.infer<typeof checkSchema>;
export type ProbeEntry = z.infer<typeof probe>;

function urlProblem(value: string): string | undefined {
  if (!URL.canParse(value)) return 'it is no URL';
  return new URL(value).protocol === 'http:' ? undefined : 'only http is there yet';
}

function ruleProblem(value: string): string | undefined {
  return /^-[AI]\b/.test(value) ? 'it begins with the chain, which has a key of its own' : lineProblem(value);
}

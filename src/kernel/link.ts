import { optionDifferences, turnBack, turnedOptions } from './link-option.ts';
import type { ObservedLink } from './state.ts';

/** A network device (ip-link(8)). */
export interface Link {
  name: string;
  type: 'veth' | 'bridge' | 'vxlan' | 'loopback' | 'other';
  up: boolean;
  mtu?: number;
  mac?: string;
  index?: number;
  txqueuelen?: number;
  /** The bridge it is a port of. */
  master?: string;
  hairpin?: boolean;
  /** `none`: the kernel gives it no link-local IPv6 address. */
  addrgenmode?: 'none' | 'eui64';
  /** The other end of a veth pair; the end listed with `peer` is the one that creates both. */
  peer?: { namespace: string; name: string };
  vxlan?: Vxlan;
}

/** ip-link(8), VXLAN Type Support. */
export interface Vxlan {
  vni: number;
  port: number;
  local: string;
  dev: string;
  learning: boolean;
}

/** `ip -batch` lines, to be run in the link's own namespace, that bring an absent link about. Veth pairs are made by `vethPair`. */
export function ensureLink(link: Link): string[] {
  const lines: string[] = [];
  if (link.type === 'bridge') lines.push(`link add ${link.name}${attributes(link)} type bridge`);
  if (link.type === 'vxlan' && link.vxlan) {
    const { vni, port, local, dev, learning } = link.vxlan;
    lines.push(
      `link add ${link.name}${attributes(link)} type vxlan id ${vni} dev ${dev} local ${local} dstport ${port} ${learning ? 'learning' : 'nolearning'}`,
    );
  }
  return [...lines, ...settings(link)];
}

/**
 * Both ends of a veth pair in one line, made where they belong: no link is ever moved. Run in the sandbox's own namespace.
 * The kernel heeds the second end's ifindex only where the first has one too (drivers/net/veth.c, veth_newlink).
 */
export function vethPair(namespace: string, link: Link, peer: Link): string {
  const ends = [
    { namespace, link },
    { namespace: link.peer?.namespace ?? namespace, link: peer },
  ];
  if (link.index === undefined && peer.index !== undefined) ends.reverse();
  const [one, other] = ends.map(
    (end) => `name ${end.link.name} netns ${end.namespace}${attributes(end.link)}`,
  );
  return `link add ${one} type veth peer ${other}`;
}

function attributes(link: Link): string {
  return (
    (link.index === undefined ? '' : ` index ${link.index}`) +
    (link.mtu === undefined ? '' : ` mtu ${link.mtu}`) +
    (link.mac === undefined ? '' : ` address ${link.mac}`) +
    (link.txqueuelen === undefined ? '' : ` txqueuelen ${link.txqueuelen}`)
  );
}

/** What is set on a link that exists already. */
function settings(link: Link): string[] {
  return [
    ...(link.addrgenmode ? [`link set ${link.name} addrgenmode ${link.addrgenmode}`] : []),
    ...(link.master ? [`link set ${link.name} master ${link.master}`] : []),
    ...(link.hairpin ? [`link set ${link.name} type bridge_slave hairpin on`] : []),
    `link set ${link.name} ${link.up ? 'up' : 'down'}`,
  ];
}

/** Differences that a change in place mends, and those that want the link made anew. */
export function linkDifferences(want: Link, got: ObservedLink): string[] {
  const compared: [string, unknown, unknown][] = [
    ['type', want.type, got.type],
    ['mtu', want.mtu, got.mtu],
    ['address', want.mac, got.mac],
    ['ifindex', want.index, got.index],
    ['txqueuelen', want.txqueuelen, got.txqueuelen],
    ['master', want.master ?? 'none', got.master ?? 'none'],
    ['hairpin', want.hairpin ?? false, got.hairpin ?? false],
    ['state', want.up ? 'up' : 'down', got.up ? 'up' : 'down'],
    ['vni', want.vxlan?.vni, got.vxlan?.vni],
    ['dstport', want.vxlan?.port, got.vxlan?.port],
    ['local', want.vxlan?.local, got.vxlan?.local],
    ['dev', want.vxlan?.dev, got.vxlan?.dev],
    ['learning', want.vxlan?.learning, got.vxlan?.learning],
    ['arp', 'on', got.arp === false ? 'off' : 'on'],
    ['other end', want.peer && endName(want.peer), got.otherEnd ?? (want.peer && endName(want.peer))],
    ['port state', ...portStates(want, got)],
  ];
  return [
    ...compared
      .filter(([, wanted, seen]) => wanted !== undefined && wanted !== seen)
      .map(([what, wanted, seen]) => `${what}: want ${String(wanted)}, got ${String(seen)}`),
    ...optionDifferences(got.turned, optionsOf(want)),
    ...(isItsPort(want, got) ? optionDifferences(got.turnedPort, 'port') : []),
  ];
}

const endName = ({ namespace, name }: { namespace: string; name: string }) => `${namespace}/${name}`;

const optionsOf = ({ type }: Link) => (type === 'vxlan' ? 'vxlan' : 'bridge');

const isItsPort = (want: Link, got: ObservedLink) => want.master !== undefined && want.master === got.master;

/** A port forwards as soon as it has a carrier, unless somebody told it not to. */
const portStates = (want: Link, got: ObservedLink): [unknown, unknown] =>
  got.portState === undefined || !isItsPort(want, got)
    ? [undefined, undefined]
    : ['forwarding', got.portState];

/** True where the kernel cannot change what differs: the link has to be made anew. */
export function needsNewLink(want: Link, got: ObservedLink): boolean {
  return linkDifferences(want, got).some((difference) =>
    /^(type|ifindex|vni|dstport|local|dev|ttl|df|udp_csum|other end):/.test(difference),
  );
}

/** Lines that mend a link in place. */
export function mendLink(want: Link, got: ObservedLink): string[] {
  const lines: string[] = [];
  if (want.mac !== undefined && want.mac !== got.mac) lines.push(`link set ${want.name} address ${want.mac}`);
  if (want.mtu !== undefined && want.mtu !== got.mtu) lines.push(`link set ${want.name} mtu ${want.mtu}`);
  if (want.txqueuelen !== undefined && want.txqueuelen !== got.txqueuelen) {
    lines.push(`link set ${want.name} txqueuelen ${want.txqueuelen}`);
  }
  if (want.vxlan && want.vxlan.learning !== got.vxlan?.learning) {
    lines.push(`link set ${want.name} type vxlan ${want.vxlan.learning ? 'learning' : 'nolearning'}`);
  }
  if (got.arp === false) lines.push(`link set ${want.name} arp on`);
  const { turned = {}, turnedPort = {} } = got;
  if (want.type === 'bridge' && Object.keys(turned).length > 0)
    lines.push(`link set ${want.name} type bridge ${turnBack(turned, 'bridge')}`);
  if (isItsPort(want, got) && Object.keys(turnedPort).length > 0)
    lines.push(`link set ${want.name} type bridge_slave ${turnBack(turnedPort, 'port')}`);
  const [wantedState, state] = portStates(want, got);
  // BR_STATE_FORWARDING (linux/if_bridge.h)
  if (state !== wantedState) lines.push(`link set ${want.name} type bridge_slave state 3`);
  if (!want.master && got.master) lines.push(`link set ${want.name} nomaster`);
  if (want.master && !want.hairpin && got.hairpin)
    lines.push(`link set ${want.name} type bridge_slave hairpin off`);
  return [...lines, ...settings(want)];
}

interface LinkJson {
  ifindex: number;
  ifname: string;
  link_index?: number;
  flags: string[];
  mtu: number;
  txqlen?: number;
  address?: string;
  master?: string;
  operstate?: string;
  linkinfo?: {
    info_kind?: string;
    info_data?: { id?: number; port?: number; local?: string; link?: string; learning?: boolean } & Record<
      string,
      unknown
    >;
    info_slave_kind?: string;
    info_slave_data?: { hairpin?: boolean; state?: string } & Record<string, unknown>;
  };
}

/** From one element of `ip -json -details address show`. */
export function parseLink(json: LinkJson): ObservedLink {
  const kind = json.linkinfo?.info_kind;
  const data = json.linkinfo?.info_data;
  const port = json.linkinfo?.info_slave_kind === 'bridge' ? json.linkinfo.info_slave_data : undefined;
  return {
    name: json.ifname,
    index: json.ifindex,
    type:
      kind === 'veth' || kind === 'bridge' || kind === 'vxlan'
        ? kind
        : json.flags.includes('LOOPBACK')
          ? 'loopback'
          : 'other',
    up: json.flags.includes('UP'),
    mtu: json.mtu,
    ...(json.address === undefined ? {} : { mac: json.address }),
    txqueuelen: json.txqlen ?? 0,
    ...(json.master === undefined ? {} : { master: json.master }),
    hairpin: port?.hairpin ?? false,
    arp: !json.flags.includes('NOARP'),
    ...(port?.state !== undefined && json.operstate === 'UP' ? { portState: port.state } : {}),
    ...(port ? { turnedPort: turnedOptions('port', port) } : {}),
    ...(kind === 'bridge' || kind === 'vxlan' ? { turned: turnedOptions(kind, data) } : {}),
    ...(kind === 'veth' && json.link_index !== undefined ? { peerIndex: json.link_index } : {}),
    ...(kind === 'vxlan' && data
      ? {
          vxlan: {
            vni: data.id ?? 0,
            port: data.port ?? 0,
            local: data.local ?? '',
            dev: data.link ?? '',
            learning: data.learning ?? false,
          },
        }
      : {}),
  };
}

/** As a person would say it, for messages. */
export function describeLink(link: Link): string {
  const vxlan = link.vxlan
    ? ` id ${link.vxlan.vni} local ${link.vxlan.local} dstport ${link.vxlan.port}`
    : '';
  return `link ${link.name} type ${link.type}${vxlan}`;
}

/** All that a lab may say about a link, as it is: `veth9fb44f3@if2 type veth master docker0 mtu 1450 address 06:ba:ff:99:1c:f4 up`. */
export function describeLiveLink(link: ObservedLink): string {
  const { vxlan, peerIndex, master, hairpin, mtu, mac, txqueuelen, up, arp, index } = link;
  const name = `${link.name}${peerIndex === undefined ? '' : `@if${peerIndex}`}`;
  return [
    `link ${name} type ${link.type}`,
    ...(vxlan
      ? [
          `id ${vxlan.vni} dev ${vxlan.dev} local ${vxlan.local} dstport ${vxlan.port}`,
          vxlan.learning ? 'learning' : 'nolearning',
        ]
      : []),
    ...(master === undefined ? [] : [`master ${master}${hairpin ? ' hairpin on' : ''}`]),
    ...Object.entries({ ...link.turned, ...link.turnedPort }).map((option) => option.join(' ')),
    `index ${index}`,
    ...(mtu === undefined ? [] : [`mtu ${mtu}`]),
    ...(mac === undefined || link.type === 'loopback' ? [] : [`address ${mac}`]),
    ...(txqueuelen === 0 ? ['txqueuelen 0'] : []),
    ...(arp === false ? ['arp off'] : []),
    up ? 'up' : 'down',
  ].join(' ');
}

/**
 * Options of bridges, their ports and VXLAN devices that every lab leaves as the kernel makes them, and that stop or divert frames when somebody
 * turns them. Names are those of ip-link(8) and of `ip -json -details link`.
 */
type Options = Record<string, string>;

/** net/bridge/br_device.c, br_dev_setup. */
const BRIDGE: Options = {
  stp_state: '0',
  vlan_filtering: '0',
  ageing_time: '30000',
  mcast_snooping: '1',
  nf_call_iptables: '0',
};

/** net/bridge/br_if.c, new_nbp: BR_LEARNING | BR_FLOOD | BR_MCAST_FLOOD | BR_BCAST_FLOOD. */
const PORT: Options = {
  learning: 'on',
  flood: 'on',
  bcast_flood: 'on',
  mcast_flood: 'on',
  guard: 'off',
  isolated: 'off',
  neigh_suppress: 'off',
  proxy_arp: 'off',
  locked: 'off',
};

/** drivers/net/vxlan/vxlan_core.c, vxlan_setup. */
const VXLAN: Options = { ttl: '0', df: 'unset', udp_csum: 'on' };

const DEFAULTS = { bridge: BRIDGE, port: PORT, vxlan: VXLAN };

type Json = Record<string, unknown> | undefined;

/** Those options that are not as the kernel makes them, by name, as they are. What this iproute2 or kernel does not show is no difference. */
export function turnedOptions(of: keyof typeof DEFAULTS, json: Json): Options {
  const turned: Options = {};
  for (const [name, usual] of Object.entries(DEFAULTS[of])) {
    const value = json?.[name];
    if (value === undefined || value === null) continue;
    const text = typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value as string | number);
    if (text !== usual) turned[name] = text;
  }
  return turned;
}

export function optionDifferences(turned: Options | undefined, of: keyof typeof DEFAULTS): string[] {
  return Object.entries(turned ?? {}).map(
    ([name, value]) => `${name}: want ${DEFAULTS[of][name]}, got ${value}`,
  );
}

/** The words behind `ip link set DEV type ...` that turn them back. */
export function turnBack(turned: Options, of: keyof typeof DEFAULTS): string {
  return Object.keys(turned)
    .map((name) => `${name} ${DEFAULTS[of][name]}`)
    .join(' ');
}

/** A forwarding database entry that names no VTEP (bridge(8)): where a bridge sends a MAC, or what a device takes in. */
export interface BridgeFdbEntry {
  dev: string;
  lladdr: string;
  /** The bridge whose table it is in; absent: the device's own (`self`). */
  master?: string;
  vlan?: number;
  /** `permanent`: the bridge's own or its port's; `static`: somebody wrote it; absent: learned. */
  state?: string;
}

export const bridgeFdbKey = ({ dev, lladdr, master, vlan }: BridgeFdbEntry): string =>
  [dev, lladdr, master ?? 'self', vlan ?? ''].join(' ');

export function describeBridgeFdb(entry: BridgeFdbEntry): string {
  const { dev, lladdr, master, vlan, state } = entry;
  return `fdb ${lladdr} dev ${dev} ${vlan === undefined ? '' : `vlan ${vlan} `}${master === undefined ? 'self' : 'master'}${state === undefined ? '' : ` ${state}`}`;
}

/** A `bridge -batch` line. */
export function removeBridgeFdb({ dev, lladdr, master, vlan }: BridgeFdbEntry): string {
  return `fdb delete ${lladdr} dev ${dev} ${master === undefined ? 'self' : 'master'}${vlan === undefined ? '' : ` vlan ${vlan}`}`;
}

interface FdbJson {
  mac: string;
  ifname: string;
  dst?: string;
  master?: string;
  vlan?: number;
  state?: string;
}

/** From `bridge -json fdb show`. */
export function parseBridgeFdb(json: readonly FdbJson[]): BridgeFdbEntry[] {
  return json
    .filter((entry) => entry.dst === undefined)
    .map(({ mac, ifname, master, vlan, state }) => ({
      dev: ifname,
      lladdr: mac,
      ...(master === undefined ? {} : { master }),
      ...(vlan === undefined ? {} : { vlan }),
      ...(state === 'permanent' || state === 'static' ? { state } : {}),
    }));
}

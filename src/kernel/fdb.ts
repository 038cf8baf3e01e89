/** A forwarding database entry of a VXLAN device: which VTEP has this MAC (bridge(8)). */
export interface FdbEntry {
  dev: string;
  lladdr: string;
  /** Underlay address of the VTEP. */
  dst: string;
  permanent: boolean;
}

/** A `bridge -batch` line. */
export function ensureFdb(want: FdbEntry): string {
  return `fdb replace ${want.lladdr} dev ${want.dev} dst ${want.dst} self ${want.permanent ? 'permanent' : 'dynamic'}`;
}

export function removeFdb(got: FdbEntry): string {
  return `fdb delete ${got.lladdr} dev ${got.dev} dst ${got.dst} self`;
}

export const fdbKey = (entry: FdbEntry): string => `${entry.dev} ${entry.lladdr}`;

export const describeFdb = (entry: FdbEntry): string =>
  `fdb ${entry.lladdr} dev ${entry.dev} dst ${entry.dst} self${entry.permanent ? ' permanent' : ''}`;

export function fdbDifferences(want: FdbEntry, got: FdbEntry): string[] {
  return [
    ...(want.dst === got.dst ? [] : [`dst: want ${want.dst}, got ${got.dst}`]),
    ...(want.permanent === got.permanent ? [] : [`permanent: want ${want.permanent}, got ${got.permanent}`]),
  ];
}

interface FdbJson {
  mac: string;
  ifname: string;
  dst?: string;
  state?: string;
}

/** From `bridge -json fdb show`; entries without a VTEP (a bridge's own, multicast) are the kernel's and left out. */
export function parseFdb(json: FdbJson[]): FdbEntry[] {
  return json
    .filter((entry) => entry.dst !== undefined)
    .map((entry) => ({
      dev: entry.ifname,
      lladdr: entry.mac,
      dst: entry.dst ?? '',
      permanent: entry.state === 'permanent',
    }));
}

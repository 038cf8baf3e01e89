/** An IPv4 neighbour (ARP) entry (ip-neighbour(8)). */
export interface Neighbour {
  dev: string;
  address: string;
  lladdr?: string;
  /** `permanent`, `reachable`, `stale`, `incomplete` ... */
  state: string;
}

export function ensureNeighbour(want: Neighbour): string {
  return `neighbour replace ${want.address} lladdr ${want.lladdr} dev ${want.dev} nud ${want.state}`;
}

export function removeNeighbour(got: Neighbour): string {
  return `neighbour delete ${got.address} dev ${got.dev}`;
}

export const neighbourKey = (entry: Neighbour): string => `${entry.dev} ${entry.address}`;

export const describeNeighbour = (entry: Neighbour): string =>
  `neighbour ${entry.address} lladdr ${entry.lladdr ?? 'none'} dev ${entry.dev} nud ${entry.state}`;

export function neighbourDifferences(want: Neighbour, got: Neighbour): string[] {
  return [
    ...(want.lladdr === got.lladdr ? [] : [`lladdr: want ${want.lladdr}, got ${got.lladdr ?? 'none'}`]),
    ...(want.state === got.state ? [] : [`state: want ${want.state}, got ${got.state}`]),
  ];
}

interface NeighbourJson {
  dst: string;
  dev: string;
  lladdr?: string;
  state?: string[];
}

/** From one element of `ip -json neighbour show`. */
export function parseNeighbour(json: NeighbourJson): Neighbour {
  return {
    dev: json.dev,
    address: json.dst,
    ...(json.lladdr === undefined ? {} : { lladdr: json.lladdr }),
    state: (json.state?.[0] ?? 'none').toLowerCase(),
  };
}

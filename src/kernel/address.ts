/** An address on a device (ip-address(8)). */
export interface Address {
  dev: string;
  /** With prefix length: `172.30.76.1/24`. */
  address: string;
  /** The other end's, of an address with a peer. */
  peer?: string;
  /** Set a broadcast address, as ifconfig and Docker do; flannel.1's /32 has none. */
  broadcast?: string;
  /** Metric of the connected route that the kernel adds. */
  metric?: number;
}

export function ensureAddress(want: Address): string {
  return (
    `address replace ${want.address}${want.broadcast === undefined ? '' : ` broadcast ${want.broadcast}`} dev ${want.dev}` +
    (want.metric === undefined ? '' : ` metric ${want.metric}`)
  );
}

export function removeAddress(got: Address): string {
  const peer = got.peer === undefined ? '' : ` peer ${got.peer}`;
  return `address delete ${got.address}${peer} dev ${got.dev}`;
}

export const addressKey = (address: Address): string => `${address.dev} ${address.address}`;

export const describeAddress = ({ address, peer, dev }: Address): string =>
  `address ${address}${peer === undefined ? '' : ` peer ${peer}`} dev ${dev}`;

export function addressDifferences(want: Address, got: Address): string[] {
  return want.broadcast === got.broadcast
    ? []
    : [`broadcast: want ${want.broadcast ?? 'none'}, got ${got.broadcast ?? 'none'}`];
}

interface AddressJson {
  ifname: string;
  addr_info?: {
    family: string;
    local: string;
    address?: string;
    prefixlen: number;
    broadcast?: string;
    metric?: number;
  }[];
}

/** From one element of `ip -json -details address show`. */
export function parseAddresses(json: AddressJson): Address[] {
  return (json.addr_info ?? [])
    .filter((info) => info.family === 'inet' || info.family === 'inet6')
    .map((info) => ({
      dev: json.ifname,
      address: info.address === undefined ? `${info.local}/${info.prefixlen}` : info.local,
      ...(info.address === undefined ? {} : { peer: `${info.address}/${info.prefixlen}` }),
      ...(info.broadcast === undefined ? {} : { broadcast: info.broadcast }),
      ...(info.metric === undefined ? {} : { metric: info.metric }),
    }));
}

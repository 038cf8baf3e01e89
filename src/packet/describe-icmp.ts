import type { Icmp } from './packet.ts';

/** `ICMP echo request, id 7, seq 1, length 64`, `ICMP6, packet too big, mtu 1450, length 1240` ... */
export function describeIcmp(icmp: Icmp): string {
  return icmp.family === 4
    ? `ICMP ${message4(icmp)}, length ${icmp.length}`
    : `ICMP6, ${message6(icmp)}, length ${icmp.length}`;
}

/** What an unreachable message says of the packet that it is about. The address is that packet's destination. */
const UNREACHABLE_4: Readonly<Record<number, (address: string) => string>> = {
  0: (address) => `net ${address} unreachable`,
  1: (address) => `host ${address} unreachable`,
  5: (address) => `${address} unreachable - source route failed`,
  6: (address) => `net ${address} unreachable - unknown`,
  7: (address) => `host ${address} unreachable - unknown`,
  8: (address) => `${address} unreachable - source host isolated`,
  9: (address) => `net ${address} unreachable - admin prohibited`,
  10: (address) => `host ${address} unreachable - admin prohibited`,
  11: (address) => `net ${address} unreachable - tos prohibited`,
  12: (address) => `host ${address} unreachable - tos prohibited`,
  13: (address) => `host ${address} unreachable - admin prohibited filter`,
  14: (address) => `host ${address} unreachable - host precedence violation`,
  15: (address) => `host ${address} unreachable - precedence cutoff`,
};
const REDIRECTS: Readonly<Record<number, readonly [word: string, scope: string]>> = {
  0: ['redirect', 'net'],
  1: ['redirect', 'host'],
  2: ['redirect-tos', 'net'],
  3: ['redirect-tos', 'host'],
};

function message4(icmp: Icmp): string {
  const { type, code, embedded } = icmp;
  const id = icmp.id ?? '?';
  const seq = icmp.seq ?? '?';
  const about = embedded?.ip?.destination;
  switch (type) {
    case 0:
      return `echo reply, id ${id}, seq ${seq}`;
    case 3:
      return about === undefined ? `unreachable-#${code}` : unreachable4(icmp, about);
    case 5: {
      const [word, scope] = REDIRECTS[code] ?? [`redirect-#${code}`, 'net'];
      return `${word}${about === undefined ? '' : ` ${about}`} to ${scope} ${icmp.gateway ?? '?'}`;
    }
    case 8:
      return `echo request, id ${id}, seq ${seq}`;
    case 10:
      return 'router solicitation';
    case 11:
      return ['time exceeded in-transit', 'ip reassembly time exceeded'][code] ?? `time exceeded-#${code}`;
    case 12:
      return code === 0
        ? `parameter problem - octet ${icmp.pointer ?? '?'}`
        : `parameter problem - code ${code}`;
    case 13:
      return `time stamp query id ${id} seq ${seq}`;
    case 14:
      return `time stamp reply id ${id} seq ${seq}`;
    default:
      return `type-#${type}`;
  }
}

function unreachable4({ code, mtu, embedded }: Icmp, about: string): string {
  if (code === 2) return `${about} protocol ${embedded?.ip?.protocol ?? '?'} unreachable`;
  if (code === 3) return `${about} ${portOf(embedded)} unreachable`;
  if (code === 4) return `${about} unreachable - need to frag${mtu ? ` (mtu ${mtu})` : ''}`;
  return UNREACHABLE_4[code]?.(about) ?? `#${code} ${about} unreachable`;
}

function portOf(embedded: Icmp['embedded']): string {
  const tcp = embedded?.tcp ?? embedded?.tcpStart;
  if (embedded?.udp) return `udp port ${embedded.udp.destinationPort}`;
  if (tcp) return `tcp port ${tcp.destinationPort}`;
  return `protocol ${embedded?.ip?.protocol ?? '?'} port`;
}

const PLAIN_6: Readonly<Record<number, string>> = {
  130: 'multicast listener query',
  131: 'multicast listener report',
  132: 'multicast listener done',
  133: 'router solicitation',
  134: 'router advertisement',
  143: 'multicast listener report v2',
};
const UNREACHABLE_6: Readonly<Record<number, string>> = {
  0: 'route',
  1: 'prohibited',
  2: 'beyond scope',
  3: 'address',
};
const PARAMETER_PROBLEMS_6: Readonly<Record<number, string>> = {
  0: 'erroneous',
  1: 'next header',
  2: 'option',
};

function message6(icmp: Icmp): string {
  const { type, code, mtu, embedded, target = '?', destination = '?' } = icmp;
  const echo = `id ${icmp.id ?? '?'}, seq ${icmp.seq ?? '?'}`;
  const about = embedded?.ip?.destination;
  switch (type) {
    case 1: {
      const what = UNREACHABLE_6[code];
      if (code === 4) return `destination unreachable, unreachable port, ${about ?? '?'} ${portOf(embedded)}`;
      if (what === undefined) return `destination unreachable, unknown unreach code (${code})`;
      return `destination unreachable, unreachable ${what} ${about ?? '?'}`;
    }
    case 2:
      return `packet too big, mtu ${mtu ?? '?'}`;
    case 3:
      if (code === 0) return `time exceeded in-transit for ${about ?? '?'}`;
      return `time exceeded in-transit${code === 1 ? ' (reassembly)' : `, unknown code (${code})`}`;
    case 4:
      return `parameter problem, ${PARAMETER_PROBLEMS_6[code] ?? `code-#${code}`} - octet ${icmp.pointer ?? '?'}`;
    case 128:
      return `echo request, ${echo}`;
    case 129:
      return `echo reply, ${echo}`;
    case 135:
      return `neighbor solicitation, who has ${target}`;
    case 136:
      return `neighbor advertisement, tgt is ${target}`;
    case 137:
      return `redirect, ${destination} to ${target}`;
    default:
      return PLAIN_6[type] ?? `unknown icmp6 type (${type})`;
  }
}

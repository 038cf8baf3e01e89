import type { CheckSpec, Claim, Probe } from './spec.ts';

/** One line for a check without a name of its own: what it claims, in the words of the network. */
export function title(spec: CheckSpec): string {
  return spec.name ?? (spec.not ? `not: ${sentence(spec.claim)}` : sentence(spec.claim));
}

function sentence(claim: Claim): string {
  switch (claim.kind) {
    case 'ping':
    case 'tcp':
    case 'udp':
    case 'http':
    case 'command':
      return probeSentence(claim);
    case 'link':
      return `${claim.in} has link ${claim.name}`;
    case 'address':
      return `${claim.in} has ${claim.address} on ${claim.dev}`;
    case 'route':
      return `${claim.in} routes ${claim.to}${claim.via ? ` via ${claim.via}` : ''}${claim.dev ? ` to ${claim.dev}` : ''}`;
    case 'neighbour':
      return `${claim.in} knows ${claim.address} on ${claim.dev}${claim.lladdr ? ` as ${claim.lladdr}` : ''}`;
    case 'fdb':
      return `${claim.in} sends ${claim.lladdr} on ${claim.dev}${claim.dst ? ` to ${claim.dst}` : ''}`;
    case 'iptables':
      return `${claim.in} has -t ${claim.table} -A ${claim.chain} ${claim.rule}`;
    case 'sysctl':
      return `${claim.in} has ${claim.name} = ${claim.value}`;
    case 'packet':
      return `a frame on ${claim.on.join(', ')} while ${probeSentence(claim.while)}`;
    case 'mesh':
      return claim.sample === undefined
        ? 'every pod reaches every other pod'
        : `pods reach each other: ${claim.sample} pairs, evenly spread`;
    case 'miss':
      return `${claim.on} learns ${claim.to} on demand`;
  }
}

function probeSentence(probe: Probe): string {
  switch (probe.kind) {
    case 'ping': {
      const size = probe.size === undefined ? '' : ` with ${probe.size} bytes${probe.df ? ' and DF' : ''}`;
      const outcome =
        probe.expect === undefined || probe.expect === 'reply'
          ? ''
          : `: ${probe.expect.replaceAll('-', ' ')}`;
      return `${probe.from} pings ${probe.to}${size}${outcome}`;
    }
    case 'tcp':
    case 'udp':
      return `${probe.from} talks ${probe.kind} to ${probe.address ?? probe.to}:${probe.port}`;
    case 'http':
      return `${probe.from} gets ${probe.url ?? `http://${probe.to}:${probe.port ?? 80}${probe.path ?? '/'}`}`;
    case 'command':
      return `in ${probe.in}: ${probe.run.join(' ')}`;
  }
}

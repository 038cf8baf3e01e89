import { addressOf } from '../model/cidr.ts';
import type { KernelState, NamespaceState } from '../kernel/state.ts';

/** The first thing to try in a lab: a ping from a pod to another, on another node where there is one. */
export function firstTry({ namespaces }: KernelState): string[] {
  const pods = namespaces.filter(({ role }) => role === 'pod');
  const machines = namespaces.filter(({ role }) => role !== 'pod' && role !== 'segment');
  const [from] = pods.length > 0 ? pods : machines;
  if (!from) return ['ip', 'netns'];
  const others = (pods.length > 1 ? pods : machines).filter((other) => other !== from);
  const to = others.find((other) => nodeOf(other) !== nodeOf(from)) ?? others[0];
  const address = to?.addresses[0]?.address;
  const command = address === undefined ? ['ip', 'route'] : ['ping', '-c', '1', addressOf(address)];
  return ['ip', 'netns', 'exec', from.name, ...command];
}

const nodeOf = ({ links }: NamespaceState): string | undefined =>
  links.find(({ peer }) => peer)?.peer?.namespace;

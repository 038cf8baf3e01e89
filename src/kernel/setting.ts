import type { NamespaceState, ObservedNamespace, Wanted } from './state.ts';
import { sysctlKey, sysctlPath, type Sysctl } from './sysctl.ts';

/**
 * Settings that no component touches and that can stop a packet all the same. They are wanted as they are in a fresh namespace of this machine
 * (a host's own values are passed on to new namespaces, so no value is the right one everywhere): the sandbox's own namespace shows it.
 */
const PER_DEVICE = ['rp_filter', 'arp_ignore', 'arp_filter', 'accept_local', 'proxy_arp'];
const OF_NAMESPACE = ['net/ipv4/icmp_echo_ignore_all', 'net/bridge/bridge-nf-call-iptables'];

const conf = (device: string, key: string) => `net/ipv4/conf/${device}/${key}`;

/** What has to be read in a fresh namespace. */
export const freshSettings = (): string[] => [
  ...PER_DEVICE.flatMap((key) => [conf('all', key), conf('default', key)]),
  ...OF_NAMESPACE,
];

/** The settings of a namespace by name, each with the name of what it equals in a fresh one. */
function watched(want: NamespaceState): Map<string, string> {
  const devices = new Set(want.addresses.map(({ dev }) => dev));
  return new Map([
    ...PER_DEVICE.map((key) => [conf('all', key), conf('all', key)] as const),
    ...PER_DEVICE.flatMap((key) =>
      [...devices].map((device) => [conf(device, key), conf('default', key)] as const),
    ),
    ...OF_NAMESPACE.map((name) => [name, name] as const),
  ]);
}

/** net.ipv4.ip_forward is only a shorthand: what counts is each device's own. */
const IP_FORWARD = 'net/ipv4/ip_forward';

const forwarding = (want: NamespaceState): string[] =>
  want.sysctls.some(({ name, value }) => sysctlPath(name) === IP_FORWARD && value === '1')
    ? [...new Set(want.addresses.map(({ dev }) => conf(dev, 'forwarding')))]
    : [];

export const watchedSettings = (want: NamespaceState): string[] => [
  ...watched(want).keys(),
  ...forwarding(want),
];

/** Every sysctl that is wanted: the components' own, and of the watched ones those that could be read. */
export function wantedSysctls(want: NamespaceState, got: ObservedNamespace): Wanted<Sysctl>[] {
  const { fresh } = got;
  if (!fresh) return want.sysctls;
  const there = new Map(got.sysctls.map((sysctl) => [sysctlKey(sysctl), sysctl.value]));
  const ordinary = [...watched(want)].flatMap(([name, like]): Wanted<Sysctl>[] => {
    const value = fresh.get(like);
    if (value === undefined || !there.has(name)) return [];
    return [{ name, value, owner: 'kernel', why: 'as in a fresh namespace' }];
  });
  // The shorthand sets all of them: where it is wrong itself, it is the one row to name.
  const forwards = there.get(IP_FORWARD) === '1' ? forwarding(want) : [];
  const each = forwards
    .filter((name) => there.has(name))
    .map((name) => ({ name, value: '1', owner: 'kernel' as const, why: `${IP_FORWARD} = 1 says so` }));
  const own = new Set(want.sysctls.map(sysctlKey));
  return [...want.sysctls, ...[...ordinary, ...each].filter((row) => !own.has(sysctlKey(row)))];
}

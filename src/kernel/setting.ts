import type { NamespaceState, ObservedNamespace, Wanted } from './state.ts';
import { sysctlKey, sysctlPath, type Sysctl } from './sysctl.ts';

/**
 * Settings that no component touches and that can stop a packet all the same. They are wanted as they are in a fresh namespace of this machine
 * (a host's own values are passed on to new namespaces, so no value is the right one everywhere): the sandbox's own namespace shows it.
 * Everything below these is compared, of devices that have an address: what comes in at a bridge's port comes up at the bridge.
 */
export function comparedSettings(want: NamespaceState): string[] {
  const devices = new Set(want.addresses.map(({ dev }) => dev));
  return [
    ...FRESH_SETTINGS,
    ...[...devices].flatMap((dev) => [`net/ipv4/conf/${dev}/`, `net/ipv4/neigh/${dev}/`]),
  ];
}

/** The same of a fresh namespace. A path that ends in / is a directory of /proc/sys, one that ends in /. the files just in it. */
export const FRESH_SETTINGS = [
  'net/ipv4/.',
  'net/ipv4/route/',
  'net/bridge/',
  ...['all', 'default', 'lo'].map((dev) => `net/ipv4/conf/${dev}/`),
  'net/ipv4/neigh/lo/',
];

/** net.ipv4.ip_forward is only a shorthand: what counts is each device's own. */
const IP_FORWARD = 'net/ipv4/ip_forward';

const AS_FRESH = 'as in a fresh namespace';
const FOLLOWS = `${IP_FORWARD} = 1 says so`;

/** Whether a setting is only compared, and no component of the lab speaks of it. */
export const isOrdinarySetting = (why: string | undefined): boolean => why === AS_FRESH || why === FOLLOWS;

/**
 * The name of the setting that a fresh namespace has for this one. A device's own begin as those of `default`; for neighbours only the first
 * namespace of a machine shows that, and lo has the same values.
 */
function freshName(name: string): string {
  return name
    .replace(/^(net\/ipv4\/conf)\/(?!all\/|default\/|lo\/)[^/]+\//, '$1/default/')
    .replace(/^(net\/ipv4\/neigh)\/[^/]+\//, '$1/lo/');
}

/** Every sysctl that is wanted: the components' own, and of all others that were read, those that a fresh namespace knows too. */
export function wantedSysctls(want: NamespaceState, got: ObservedNamespace): Wanted<Sysctl>[] {
  const fresh = got.besides?.fresh;
  if (!fresh) return want.sysctls;
  const own = new Set(want.sysctls.map((sysctl) => sysctlPath(sysctl.name)));
  const forwards = want.sysctls.some(({ name, value }) => sysctlPath(name) === IP_FORWARD && value === '1');
  // The shorthand sets all of them: where it is wrong itself, it is the one row to name.
  const isForwarding = got.sysctls.some(({ name, value }) => name === IP_FORWARD && value === '1');
  const others = got.sysctls.flatMap(({ name }): Wanted<Sysctl>[] => {
    if (own.has(name)) return [];
    if (forwards && FORWARDED.test(name)) {
      const value = name.endsWith('/accept_redirects') ? '0' : '1';
      return isForwarding ? [{ name, value, owner: 'kernel', why: FOLLOWS }] : [];
    }
    const value = fresh.get(freshName(name));
    return value === undefined ? [] : [{ name, value, owner: 'kernel', why: AS_FRESH }];
  });
  return [...want.sysctls, ...others];
}

/** net/ipv4/devinet.c, inet_forward_change. */
const FORWARDED = /^net\/ipv4\/conf\/(?:[^/]+\/forwarding|all\/accept_redirects)$/;

/** As messages and tables name it. */
export const settingKey = (sysctl: Sysctl): string => sysctlPath(sysctlKey(sysctl));

/** A network sysctl of a namespace, by its path under /proc/sys: `net/ipv4/neigh/flannel.1/app_solicit`. */
export interface Sysctl {
  name: string;
  value: string;
}

/** As sysctl(8) takes it; with slashes, since device names may contain dots. */
export const ensureSysctl = (want: Sysctl): string => `${want.name}=${want.value}`;

export const sysctlKey = (sysctl: Sysctl): string => sysctl.name;

export const describeSysctl = (sysctl: Sysctl): string => `sysctl ${sysctl.name} = ${sysctl.value}`;

export function sysctlDifferences(want: Sysctl, got: Sysctl): string[] {
  return want.value === got.value ? [] : [`want ${want.value}, got ${got.value}`];
}

/** `net.ipv4.ip_forward` and `net/ipv4/ip_forward` name the same file; a name with slashes keeps its dots. */
export function sysctlPath(name: string): string {
  return name.includes('/') ? name : name.replaceAll('.', '/');
}

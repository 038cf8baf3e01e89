import type { RowKind } from '../kernel/row.ts';

/** The tables that `show` knows, by the word for each, with the kinds of rows in them. */
export const showTables = {
  links: ['link', 'qdisc'],
  addresses: ['address'],
  routes: ['route', 'rule'],
  neighbours: ['neighbour'],
  fdb: ['fdb'],
  iptables: ['iptables', 'nftables'],
  sysctls: ['sysctl'],
  others: ['namespace', 'file', 'agent'],
} satisfies Record<string, RowKind[]>;

export type ShowTable = keyof typeof showTables;

import type { ShowTable } from './show-table.ts';

/** The programs that the documents read tables with, and what they type for each table. */
const TOOLS: Record<string, Partial<Record<ShowTable, string[]>>> = {
  ip: {
    links: ['ip', '-details', 'link', 'show'],
    addresses: ['ip', 'address', 'show'],
    routes: ['ip', 'route', 'show'],
    neighbours: ['ip', 'neighbour', 'show'],
    fdb: ['bridge', 'fdb', 'show'],
    iptables: ['iptables-save'],
  },
  ifconfig: { links: ['ifconfig', '-a'], addresses: ['ifconfig', '-a'] },
  route: { routes: ['route'] },
  brctl: { links: ['brctl', 'show'] },
};

/** What to run for a table, or for all that the program shows; empty: it does not show this one. */
export function toolCommands(tool: string, table: ShowTable | 'all'): string[][] {
  const known = TOOLS[tool] ?? {};
  const chosen = table === 'all' ? Object.values(known) : [known[table] ?? []];
  return [
    ...new Map(chosen.filter(({ length }) => length > 0).map((argv) => [argv.join(' '), argv])).values(),
  ];
}

export const toolTables = (tool: string): string[] => [...Object.keys(TOOLS[tool] ?? {}), 'all'];

import { readdirSync } from 'node:fs';
import type { Job } from '../run/job.ts';
import type { Session } from '../sandbox/session.ts';
import { parseAddresses } from './address.ts';
import { parseFdb } from './fdb.ts';
import { parseSave } from './iptables.ts';
import { parseLink } from './link.ts';
import { parseNeighbour } from './neighbour.ts';
import { parseRoute } from './route.ts';
import type { KernelState, NamespaceState, ObservedLink, ObservedNamespace } from './state.ts';
import { freshSettings, watchedSettings } from './setting.ts';
import { sysctlPath, type Sysctl } from './sysctl.ts';

/** What to read beyond links, addresses, routes and neighbours; each costs a process. */
export interface ObserveParts {
  fdb?: boolean;
  iptables?: boolean;
  /** Paths under /proc/sys. */
  sysctls?: string[];
}

/** Read the tables of namespaces, all at once. Rows that are not IPv4 are left out. */
export async function observe(
  session: Session,
  asked: readonly ({ namespace: string } & ObserveParts)[],
): Promise<ObservedNamespace[]> {
  return (await observeWith(session, asked, [])).found;
}

/** The same, with the answers of other commands that are run along with them. */
async function observeWith(
  session: Session,
  asked: readonly ({ namespace: string } & ObserveParts)[],
  others: readonly Job[],
): Promise<{ found: ObservedNamespace[]; answers: string[] }> {
  const jobs = asked.map(readJobs);
  const results = await session.all([[...jobs.flatMap((job) => Object.values(job)), ...others]]);
  let next = 0;
  const found = asked.map((namespace, index) => {
    const answers = Object.keys(jobs[index] ?? {}).map(
      (part) => [part, results[next++]?.stdout ?? ''] as const,
    );
    return observed(namespace, new Map(answers));
  });
  return { found, answers: results.slice(next).map(({ stdout }) => stdout) };
}

/** Of a larger lab the pods are not searched for what nobody put there: each search costs two processes. */
const MOST_NAMESPACES = 64;

/** All namespaces of a lab that exist, by name, with everything that the lab wants there. */
export async function observeAll(
  session: Session,
  want: KernelState,
): Promise<Map<string, ObservedNamespace>> {
  const present = new Set(readdirSync(session.file('/run/netns')));
  const there = want.namespaces.filter((namespace) => present.has(namespace.name));
  const isSmall = there.length <= MOST_NAMESPACES;
  const asked = there.map((namespace) => partsOf(namespace, isSmall || namespace.role !== 'pod'));
  // The sandbox's own namespace is as it was made.
  const sysctls: Job = { argv: ['sysctl', '--ignore', ...freshSettings()] };
  const { found, answers } = await observeWith(session, asked, [sysctls]);
  const fresh = new Map(
    parseSysctls(answers[0] ?? '', freshSettings()).map(({ name, value }) => [name, value]),
  );
  return new Map(found.map((namespace) => [namespace.name, { ...namespace, fresh }]));
}

/** Everything that a wanted namespace speaks of; `thoroughly`: and what may stand in the way of packets besides. */
function partsOf(want: NamespaceState, thoroughly: boolean): { namespace: string } & ObserveParts {
  return {
    namespace: want.name,
    fdb: want.links.some((link) => link.type === 'vxlan'),
    iptables: thoroughly || want.iptables.length > 0,
    sysctls: [...want.sysctls.map((sysctl) => sysctl.name), ...(thoroughly ? watchedSettings(want) : [])],
  };
}

function readJobs({
  namespace,
  fdb,
  iptables,
  sysctls,
}: { namespace: string } & ObserveParts): Record<string, Job> {
  return {
    tables: {
      argv: ['ip', '-n', namespace, '-json', '-details', '-batch', '-'],
      input: 'address show\nroute show\nneighbour show\n',
    },
    ...(fdb ? { fdb: { argv: ['bridge', '-n', namespace, '-json', 'fdb', 'show'] } } : {}),
    ...(iptables ? { iptables: { argv: ['iptables-save'], namespace } } : {}),
    ...(sysctls?.length
      ? { sysctls: { argv: ['sysctl', '--ignore', ...sysctls.map(sysctlPath)], namespace } }
      : {}),
  };
}

function observed(
  asked: { namespace: string } & ObserveParts,
  answers: ReadonlyMap<string, string>,
): ObservedNamespace {
  const [links = [], routes = [], neighbours = []] = parseDocuments(answers.get('tables') ?? '');
  return {
    name: asked.namespace,
    links: withoutIdlePorts(links.map((row) => parseLink(row as never))),
    addresses: links.flatMap((row) => parseAddresses(row as never)),
    routes: routes.map((row) => parseRoute(row as never)),
    neighbours: neighbours
      .map((row) => parseNeighbour(row as never))
      .filter((row) => !row.address.includes(':')),
    fdb: parseFdb(JSON.parse(answers.get('fdb')?.trim() || '[]') as never),
    iptables: parseSave(answers.get('iptables') ?? ''),
    sysctls: parseSysctls(answers.get('sysctls') ?? '', asked.sysctls ?? []),
  };
}

/** The ports of a bridge that is down are disabled along with it: that is no state of their own. */
function withoutIdlePorts(links: ObservedLink[]): ObservedLink[] {
  const isDown = new Set(links.filter((link) => !link.up).map((link) => link.name));
  return links.map(({ port, ...link }) =>
    port && !isDown.has(link.master ?? '') ? { ...link, port } : link,
  );
}

/** `ip -json -batch` prints one JSON array per command, an empty answer as `[ ]` or nothing at all between brackets. */
function parseDocuments(text: string): unknown[][] {
  const documents: unknown[][] = [];
  for (const line of text.split(/(?<=\])\s*\n/)) {
    if (line.trim() !== '') documents.push(JSON.parse(line) as unknown[]);
  }
  return documents;
}

function parseSysctls(text: string, names: readonly string[]): Sysctl[] {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const cut = line.indexOf(' = ');
    if (cut > 0)
      values.set(
        plainName(line.slice(0, cut)),
        line
          .slice(cut + 3)
          .trim()
          .replaceAll('\t', ' '),
      );
  }
  return names.flatMap((name) => {
    const value = values.get(plainName(sysctlPath(name)));
    return value === undefined ? [] : [{ name, value }];
  });
}

/** sysctl(8) prints `net.ipv4.neigh.flannel/1.app_solicit`: dots and slashes changed places. */
const plainName = (name: string) => name.replaceAll('/', '.');

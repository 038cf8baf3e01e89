import { readdirSync, readFileSync } from 'node:fs';
import type { Job } from '../run/job.ts';
import type { Session } from '../sandbox/session.ts';
import { parseAddresses } from './address.ts';
import { parseBridgeFdb } from './bridge-fdb.ts';
import { parseFdb } from './fdb.ts';
import { parseSave, tablesBeyondIptables } from './iptables.ts';
import { parseLink } from './link.ts';
import { parseNeighbour } from './neighbour.ts';
import { isOfIp6tables, isOfIptables, parseNftTable } from './nft-table.ts';
import { withOtherEnds } from './other-end.ts';
import { parseQdisc } from './qdisc.ts';
import { parseRoute } from './route.ts';
import { parseRule } from './rule.ts';
import { comparedSettings, FRESH_SETTINGS } from './setting.ts';
import {
  emptyObserved,
  type Besides,
  type KernelState,
  type NamespaceState,
  type ObservedLink,
  type ObservedNamespace,
} from './state.ts';
import { nothingSurveyed, parseSurvey, surveyJob, type Surveyed } from './survey.ts';
import { sysctlPath } from './sysctl.ts';
import { tablesAtOnce } from './tables-at-once.ts';

/** What to read beyond links, addresses, routes and neighbours; each costs a process. */
export interface ObserveParts {
  fdb?: boolean;
  iptables?: boolean;
  /** Names or paths under /proc/sys. */
  sysctls?: string[];
}

interface Asked extends ObserveParts {
  namespace: string;
  /** Everything else that may stand in the way of packets, too. */
  thoroughly?: boolean;
  /** Settings that are compared with those of a fresh namespace. */
  compared?: string[];
}

/** Read the tables of namespaces, all at once. Neighbours of IPv6 are left out. */
export async function observe(session: Session, asked: readonly Asked[]): Promise<ObservedNamespace[]> {
  const { read, survey } = await readAll(session, asked, []);
  return asked.map((one, index) => observed(one, read[index] ?? new Map(), survey.get(one.namespace)));
}

/** Of a lab with more namespaces the pods are not searched for what nobody put there. */
export const MOST_SEARCHED = 64;

/** The sandbox's own namespace is as it was made. */
const FRESH = '-';

/** All namespaces of a lab that exist, by name, with everything that the lab wants there and that is there besides. */
export async function observeAll(
  session: Session,
  want: KernelState,
): Promise<Map<string, ObservedNamespace>> {
  const present = new Set(readdirSync(session.file('/run/netns')));
  const there = want.namespaces.filter((namespace) => present.has(namespace.name));
  const isSmall = there.length <= MOST_SEARCHED;
  const asked = there.map((namespace) => partsOf(namespace, isSmall || namespace.role !== 'pod'));
  const version: Job = { argv: ['iptables', '--version'] };
  const { read, survey, answers } = await readAll(session, asked, [version]);
  const usesNft = !(answers[0] ?? '').includes('legacy');
  const fresh = new Map((survey.get(FRESH)?.sysctls ?? []).map(({ name, value }) => [name, value]));
  const haveRules = new Set(there.filter(({ iptables }) => iptables.length > 0).map(({ name }) => name));
  const rules = await readRules(session, asked, { survey, usesNft, haveRules });
  const found = asked.map((one, index) => {
    const texts = read[index] ?? new Map<string, string>();
    const surveyed = survey.get(one.namespace);
    const { own = '', other = '' } = rules.get(one.namespace) ?? {};
    const namespace = observed(one, new Map([...texts, ['iptables', own]]), surveyed);
    if (!one.thoroughly) return namespace;
    const besides = besidesOf(namespace, texts, surveyed ?? nothingSurveyed(), usesNft);
    const wanted = Object.keys(there[index]?.files ?? {});
    return {
      ...namespace,
      besides: {
        ...besides,
        nftTables: [
          ...besides.nftTables,
          ...tablesBeyondIptables(own).map((table) => ({ family: 'ip', name: table })),
        ],
        fresh,
        files: filesOf(session, one.namespace, wanted),
        otherIptables: parseSave(other),
      },
    };
  });
  const wantedNames = new Set(want.namespaces.map(({ name }) => name));
  const foreign = [...present].filter((name) => !wantedNames.has(name)).map(emptyObserved);
  return withOtherEnds(want, new Map([...found, ...foreign].map((namespace) => [namespace.name, namespace])));
}

/** Everything that a wanted namespace speaks of; `thoroughly`: and what may stand in the way of packets besides. */
function partsOf(want: NamespaceState, thoroughly: boolean): Asked {
  const forwards = want.links.some((link) => link.type === 'vxlan' || (thoroughly && link.type === 'bridge'));
  return {
    namespace: want.name,
    thoroughly,
    fdb: forwards,
    sysctls: want.sysctls.map((sysctl) => sysctl.name),
    ...(thoroughly ? { compared: comparedSettings(want) } : {}),
  };
}

async function readAll(
  session: Session,
  asked: readonly Asked[],
  others: readonly Job[],
): Promise<{ read: Map<string, string>[]; survey: Map<string, Surveyed>; answers: string[] }> {
  const quick = await quickTables(session, asked);
  const jobs = asked.map((one) => (quick.has(one.namespace) ? {} : readJobs(one)));
  const requests = asked
    .map(({ namespace, thoroughly = false, sysctls = [], compared = [] }) => ({
      namespace,
      sysctls: [...sysctls.map(sysctlPath), ...compared],
      besides: thoroughly,
    }))
    .filter(({ sysctls, besides }) => besides || sysctls.length > 0);
  const fresh = asked.some(({ thoroughly }) => thoroughly)
    ? [{ namespace: FRESH, sysctls: FRESH_SETTINGS, besides: false }]
    : [];
  const surveys = requests.length > 0 ? [surveyJob([...fresh, ...requests])] : [];
  const results = await session.all([[...surveys, ...others, ...jobs.flatMap((job) => Object.values(job))]]);
  let next = 0;
  const survey = parseSurvey(surveys.length > 0 ? (results[next++]?.stdout ?? '') : '');
  const answers = others.map(() => results[next++]?.stdout ?? '');
  const read = jobs.map((job, index) => {
    const tables = quick.get(asked[index]?.namespace ?? '');
    if (tables !== undefined) return new Map([['tables', tables]]);
    return new Map(Object.keys(job).map((part) => [part, results[next++]?.stdout ?? '']));
  });
  return { read, survey, answers };
}

/** Of very many namespaces, the tables of those of which nothing else is asked (tables-at-once.ts). */
async function quickTables(session: Session, asked: readonly Asked[]): Promise<ReadonlyMap<string, string>> {
  if (asked.length <= MOST_SEARCHED) return new Map();
  const plain = asked.filter((one) => !one.thoroughly && !one.fdb && !one.iptables);
  return await tablesAtOnce(
    session,
    plain.map(({ namespace }) => namespace),
  );
}

function readJobs({ namespace, fdb, iptables, thoroughly }: Asked): Record<string, Job> {
  const routes = thoroughly
    ? 'route show table all\nneighbour show\nrule show\n'
    : 'route show\nneighbour show\n';
  return {
    tables: {
      // Not `ip -n`: see applyStages.
      argv: ['ip', '-json', '-details', '-batch', '-'],
      namespace,
      input: `address show\n${routes}`,
    },
    ...(fdb ? { fdb: { argv: ['bridge', '-json', 'fdb', 'show'], namespace } } : {}),
    ...(iptables ? { iptables: { argv: ['iptables-save'], namespace } } : {}),
  };
}

/** The rules of iptables(8), and of the other iptables of this machine, of namespaces that have any: as the survey says, or where there was none, as the lab wants. */
async function readRules(
  session: Session,
  asked: readonly Asked[],
  {
    survey,
    usesNft,
    haveRules,
  }: { survey: ReadonlyMap<string, Surveyed>; usesNft: boolean; haveRules: ReadonlySet<string> },
): Promise<Map<string, { own?: string; other?: string }>> {
  const has = { nft: new Set<string>(), legacy: new Set<string>() };
  for (const [namespace, { nftTables, legacyTables }] of survey) {
    if (nftTables.map(parseNftTable).some(isOfIptables)) has.nft.add(namespace);
    if (legacyTables.length > 0) has.legacy.add(namespace);
  }
  const [own, other] = usesNft ? [has.nft, has.legacy] : [has.legacy, has.nft];
  const reads = asked.flatMap(({ namespace, thoroughly }) => [
    ...(own.has(namespace) || (!thoroughly && haveRules.has(namespace))
      ? [{ namespace, which: 'own' as const }]
      : []),
    ...(other.has(namespace) ? [{ namespace, which: 'other' as const }] : []),
  ]);
  const programs = { own: 'iptables-save', other: usesNft ? 'iptables-legacy-save' : 'iptables-nft-save' };
  const results = await session.all([
    reads.map(({ namespace, which }) => ({ argv: [programs[which]], namespace })),
  ]);
  const found = new Map<string, { own?: string; other?: string }>();
  for (const [index, { namespace, which }] of reads.entries()) {
    found.set(namespace, { ...found.get(namespace), [which]: results[index]?.stdout ?? '' });
  }
  return found;
}

function observed(
  asked: Asked,
  read: ReadonlyMap<string, string>,
  survey = nothingSurveyed(),
): ObservedNamespace {
  const [links = [], routes = [], neighbours = []] = parseDocuments(read.get('tables') ?? '');
  const names = new Map((asked.sysctls ?? []).map((name) => [sysctlPath(name), name]));
  return {
    name: asked.namespace,
    links: withoutIdlePorts(links.map((row) => parseLink(row as never))),
    addresses: links.flatMap((row) => parseAddresses(row as never)),
    routes: routes.map((row) => parseRoute(row as never)),
    neighbours: neighbours
      .map((row) => parseNeighbour(row as never))
      .filter((row) => !row.address.includes(':')),
    fdb: parseFdb(parseJson(read.get('fdb')) as never),
    iptables: parseSave(read.get('iptables') ?? ''),
    // By the names that were asked for; a setting that is asked for twice is one.
    sysctls: [
      ...new Map(
        survey.sysctls.map(({ name, value }) => [name, { name: names.get(name) ?? name, value }]),
      ).values(),
    ],
  };
}

function besidesOf(
  { links }: ObservedNamespace,
  read: ReadonlyMap<string, string>,
  survey: Surveyed,
  usesNft: boolean,
): Omit<Besides, 'fresh' | 'files' | 'otherIptables'> {
  const [, , , rules = []] = parseDocuments(read.get('tables') ?? '');
  const devices = new Map(links.map((link) => [link.index, link.name]));
  return {
    usesNft,
    rules: rules.map((row) => parseRule(row as never)),
    bridgeFdb: parseBridgeFdb(parseJson(read.get('fdb')) as never),
    qdiscs: survey.qdiscs.flatMap((fields) => parseQdisc(fields, devices)),
    nftTables: survey.nftTables
      .map(parseNftTable)
      .filter((table) => !isOfIptables(table) && !isOfIp6tables(table)),
  };
}

/** /etc/netns/NAME/: what `ip netns exec` and `lab exec` put over /etc. */
function filesOf(session: Session, namespace: string, names: readonly string[]): Record<string, string> {
  const files: Record<string, string> = {};
  for (const name of names) {
    try {
      files[name] = readFileSync(session.file(`/etc/netns/${namespace}/${name}`), 'utf8');
    } catch {
      // It is missing, and the table says so.
    }
  }
  return files;
}

/** The ports of a bridge that is down are disabled along with it: that is no state of their own. */
function withoutIdlePorts(links: ObservedLink[]): ObservedLink[] {
  const isDown = new Set(links.filter((link) => !link.up).map((link) => link.name));
  return links.map(({ portState, ...link }) =>
    portState !== undefined && !isDown.has(link.master ?? '') ? { ...link, portState } : link,
  );
}

const parseJson = (text: string | undefined): unknown => JSON.parse(text?.trim() || '[]');

/** `ip -json -batch` prints one JSON array per command, an empty answer as `[ ]` or nothing at all between brackets. */
function parseDocuments(text: string): unknown[][] {
  const documents: unknown[][] = [];
  for (const line of text.split(/(?<=\])\s*\n/)) {
    if (line.trim() !== '') documents.push(JSON.parse(line) as unknown[]);
  }
  return documents;
}

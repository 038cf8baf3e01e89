import { addressDifferences, addressKey, ensureAddress, removeAddress } from './address.ts';
import { removeBridgeFdb } from './bridge-fdb.ts';
import { ensureFdb, fdbKey, removeFdb } from './fdb.ts';
import { restoreText } from './iptables.ts';
import { grouped } from './grouped.ts';
import { ensureLink, linkDifferences, mendLink, needsNewLink, vethPair } from './link.ts';
import {
  addressCause,
  bridgeFdbCause,
  broughtLocalRoutes,
  broughtRoutes,
  linkCause,
  LOOPBACK,
  rightNeighbour,
  routeCause,
} from './natural.ts';
import { ensureNeighbour, neighbourKey, removeNeighbour } from './neighbour.ts';
import type { NftTable } from './nft-table.ts';
import { removeQdisc } from './qdisc.ts';
import { ensureRoute, removeRoute, routeDifferences, routeKey } from './route.ts';
import { DEFAULT_RULES, ensureRuleOfPolicy, removeRuleOfPolicy, ruleOfPolicyKey } from './rule.ts';
import { settingKey, wantedSysctls } from './setting.ts';
import { emptyObserved, type KernelState, type NamespaceState, type ObservedNamespace } from './state.ts';
import { ensureSysctl } from './sysctl.ts';
import { differingTables, otherIptables } from './table.ts';

/** What has to be done to get from what is there to what is wanted, as the input of the programs that do it. */
export interface Plan {
  /** Names of namespaces that nobody wants. */
  foreignNamespaces: string[];
  /** `ip -batch` in the sandbox's own namespace: namespaces, then veth pairs across them. */
  namespaces: string[];
  veths: string[];
  /** Per namespace, run in parallel. */
  steps: NamespacePlan[];
  files: { namespace: string; name: string; text: string }[];
}

export interface NamespacePlan {
  namespace: string;
  /** `ip -batch`, before any veth pair is made; of a pair only one end is listed, the other goes along. */
  removeLinks: string[];
  /** `ip -batch` */
  ip: string[];
  /** `bridge -batch` */
  bridge: string[];
  sysctls: string[];
  /** `iptables-restore` */
  iptables: string;
  /** `tc -batch` */
  tc: string[];
  foreignNftTables: NftTable[];
  /** For the other iptables of this machine: what empties its tables. */
  otherIptables?: { program: string; text: string };
}

/**
 * Compare and plan. `observed` lacks namespaces that do not exist; building a lab from nothing is the case where it is empty.
 */
export function plan(want: KernelState, observed: ReadonlyMap<string, ObservedNamespace>): Plan {
  const absentPairs = absentVethEnds(want, observed);
  const wanted = new Set(want.namespaces.map(({ name }) => name));
  const result: Plan = {
    foreignNamespaces: [...observed.keys()].filter((name) => !wanted.has(name)),
    namespaces: [],
    veths: [],
    steps: [],
    files: [],
  };
  for (const namespace of want.namespaces) {
    const got = observed.get(namespace.name);
    if (!got) result.namespaces.push(`netns add ${namespace.name}`);
    result.steps.push(namespacePlan(namespace, got ?? emptyObserved(namespace.name), absentPairs));
    for (const [name, text] of Object.entries(namespace.files)) {
      const seen = got?.besides?.files;
      if (!got || (seen && seen[name] !== text)) result.files.push({ namespace: namespace.name, name, text });
    }
    for (const link of namespace.links) {
      if (!link.peer || !absentPairs.has(`${namespace.name}/${link.name}`)) continue;
      const peerLinks = want.namespaces.find((other) => other.name === link.peer?.namespace)?.links ?? [];
      const peer = peerLinks.find((other) => other.name === link.peer?.name);
      if (peer) result.veths.push(vethPair(namespace.name, link, peer));
    }
  }
  result.steps = result.steps.filter(
    (step) =>
      step.removeLinks.length +
        step.ip.length +
        step.bridge.length +
        step.sysctls.length +
        step.tc.length +
        step.foreignNftTables.length >
        0 ||
      step.iptables ||
      step.otherIptables,
  );
  return result;
}

/** Ends of veth pairs of which one or both ends are missing or have to be made anew; both ends are listed. */
function absentVethEnds(want: KernelState, observed: ReadonlyMap<string, ObservedNamespace>): Set<string> {
  const absent = new Set<string>();
  const isThere = (namespace: string, name: string) => {
    const wanted = wantedLinks.get(`${namespace}/${name}`);
    const got = observed.get(namespace)?.links.find((link) => link.name === name);
    return got !== undefined && wanted !== undefined && !needsNewLink(wanted, got);
  };
  const wantedLinks = new Map(
    want.namespaces.flatMap((namespace) =>
      namespace.links.map((link) => [`${namespace.name}/${link.name}`, link] as const),
    ),
  );
  for (const namespace of want.namespaces) {
    for (const link of namespace.links) {
      if (!link.peer) continue;
      if (isThere(namespace.name, link.name) && isThere(link.peer.namespace, link.peer.name)) continue;
      absent.add(`${namespace.name}/${link.name}`).add(`${link.peer.namespace}/${link.peer.name}`);
    }
  }
  return absent;
}

function namespacePlan(
  want: NamespaceState,
  got: ObservedNamespace,
  absentPairs: ReadonlySet<string>,
): NamespacePlan {
  const removeLinks: string[] = [];
  const links: string[] = [];
  // What hangs on a link that is made anew is gone with it.
  const renewed = new Set<string>();
  const lo = got.links.find((link) => link.name === 'lo');
  if (!lo?.up) links.push('link set lo up');
  for (const link of want.links) {
    const seen = got.links.find((other) => other.name === link.name);
    if (absentPairs.has(`${want.name}/${link.name}`)) {
      if (seen) removeLinks.push(`link delete ${link.name}`);
      renewed.add(link.name);
      links.push(...ensureLink(link));
    } else if (!seen || needsNewLink(link, seen)) {
      if (seen) removeLinks.push(`link delete ${link.name}`);
      renewed.add(link.name);
      links.push(...ensureLink(link));
    } else if (linkDifferences(link, seen).length > 0) {
      links.push(...mendLink(link, seen));
      // Taking a link down drops its routes and, for a change of address, its neighbours.
      if (!seen.up) renewed.add(link.name);
    }
  }
  const foreignLinks = got.links.filter(
    (link) => !linkCause(link) && !want.links.some((other) => other.name === link.name),
  );
  removeLinks.push(...foreignLinks.map((link) => `link delete ${link.name}`));
  const goneDevices = new Set([...foreignLinks.map((link) => link.name), ...renewed]);

  const change = <Want extends { dev: string }, Got extends { dev: string }>(rows: {
    want: Want[];
    got: Got[];
    key: (row: Want | Got) => string;
    same: (want: Want, got: Got) => boolean;
    natural: (got: Got) => boolean;
  }) => {
    const standing = rows.got.filter((row) => !goneDevices.has(row.dev));
    const byKey = grouped(standing, rows.key);
    const ensure: Want[] = [];
    const kept = new Set<Got | undefined>();
    for (const row of rows.want) {
      const alike = byKey.get(rows.key(row));
      const right = alike?.find((seen) => rows.same(row, seen));
      if (!right) ensure.push(row);
      // What a wanted row replaces need not be removed first.
      kept.add(right ?? alike?.[0]);
    }
    return { ensure, remove: standing.filter((row) => !kept.has(row) && !rows.natural(row)) };
  };
  const addresses = change({
    want: lo ? [...want.addresses, LOOPBACK] : want.addresses,
    got: got.addresses,
    key: addressKey,
    same: (a, b) => addressDifferences(a, b).length === 0,
    natural: (row) => addressCause(row) !== undefined,
  });
  // With a device's first address go others of its network, and routes.
  const shaken = new Set(addresses.remove.map((row) => row.dev));
  const isShaken = (row: { dev: string }) => shaken.has(row.dev);
  const routes = change({
    // A device that is made anew brings its own.
    want: [
      ...want.routes,
      ...[...broughtRoutes(want, got), ...(got.besides ? broughtLocalRoutes(want, got) : [])].filter(
        (row) => !renewed.has(row.dev),
      ),
    ],
    got: got.routes,
    key: routeKey,
    same: (a, b) => routeDifferences(a, b).length === 0,
    natural: (row) => routeCause(row) !== undefined,
  });
  const neighbours = change({
    want: want.neighbours,
    got: got.neighbours,
    key: neighbourKey,
    same: (a, b) => a.lladdr === b.lladdr && a.state === b.state,
    natural: (row) => row.state !== 'permanent' && !rightNeighbour(want, row),
  });
  const fdb = change({
    want: want.fdb,
    got: got.fdb,
    key: fdbKey,
    same: (a, b) => a.dst === b.dst && a.permanent === b.permanent,
    natural: () => false,
  });
  const readings = new Map(got.sysctls.map((sysctl) => [settingKey(sysctl), sysctl.value]));
  const sysctls = wantedSysctls(want, got).filter((sysctl) => {
    const seen = readings.get(settingKey(sysctl));
    return seen !== sysctl.value || [...renewed].some((dev) => sysctl.name.includes(`/${dev}/`));
  });
  const tables = differingTables(want.iptables, got.iptables);
  const {
    rules = [],
    bridgeFdb = [],
    qdiscs = [],
    nftTables = [],
    otherIptables: others = [],
  } = got.besides ?? {};
  const ruleKeys = new Set(rules.map(ruleOfPolicyKey));
  const rightRules = new Set(DEFAULT_RULES.map(ruleOfPolicyKey));
  return {
    namespace: want.name,
    removeLinks,
    ip: [
      ...rules.filter((rule) => !rightRules.has(ruleOfPolicyKey(rule))).map(removeRuleOfPolicy),
      ...(got.besides
        ? DEFAULT_RULES.filter((rule) => !ruleKeys.has(ruleOfPolicyKey(rule))).map(ensureRuleOfPolicy)
        : []),
      ...routes.remove.map(removeRoute),
      ...addresses.remove.map(removeAddress),
      ...neighbours.remove.map(removeNeighbour),
      ...links,
      ...unique([...addresses.ensure, ...want.addresses.filter(isShaken)]).map(ensureAddress),
      ...unique([...routes.ensure, ...want.routes.filter(isShaken)]).map(ensureRoute),
      ...neighbours.ensure.map(ensureNeighbour),
    ],
    bridge: [
      ...bridgeFdb
        .filter((row) => !goneDevices.has(row.dev) && !bridgeFdbCause(want, got.links, row))
        .map(removeBridgeFdb),
      ...fdb.remove.map(removeFdb),
      ...fdb.ensure.map(ensureFdb),
    ],
    sysctls: sysctls.map(ensureSysctl),
    iptables: tables.length > 0 ? restoreText(want.iptables, tables) : '',
    tc: qdiscs.filter((qdisc) => !goneDevices.has(qdisc.dev)).map(removeQdisc),
    foreignNftTables: nftTables,
    ...(got.besides && others.length > 0
      ? {
          otherIptables: {
            program: `${otherIptables(got.besides)}-restore`,
            text: restoreText([], [...new Set(others.map(({ table }) => table))]),
          },
        }
      : {}),
  };
}

const unique = <Row>(rows: Row[]): Row[] => [...new Set(rows)];

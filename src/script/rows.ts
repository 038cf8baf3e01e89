import { ensureAddress } from '../kernel/address.ts';
import { ensureFdb } from '../kernel/fdb.ts';
import { isBuiltIn, ruleWords, type IptablesRule } from '../kernel/iptables.ts';
import { ensureLink, vethPair, type Link } from '../kernel/link.ts';
import { ensureNeighbour } from '../kernel/neighbour.ts';
import { ensureRoute } from '../kernel/route.ts';
import type { KernelState, NamespaceState, Reason, Wanted } from '../kernel/state.ts';
import { ensureSysctl } from '../kernel/sysctl.ts';
import type { Step } from './section.ts';

/** The steps that bring about the rows of some owners in one namespace: links first, rules last. */
export function rowSteps(
  state: KernelState,
  namespace: NamespaceState,
  isOwn: (owner: Reason['owner']) => boolean,
): Step[] {
  const { name } = namespace;
  const own = <Row extends Reason>(rows: Row[]) => rows.filter(({ owner }) => isOwn(owner));
  const ip = (line: string) => ['ip', '-n', name, ...typed(line)];
  const there = (...words: string[]) => ['ip', 'netns', 'exec', name, ...words];
  return [
    ...own(namespace.links).flatMap((link) => linkSteps(state, name, link)),
    ...own(namespace.addresses).map((row) => ({ why: row.why, commands: [ip(ensureAddress(row))] })),
    ...own(namespace.routes).map((row) => ({ why: row.why, commands: [ip(ensureRoute(row))] })),
    ...own(namespace.neighbours).map((row) => ({ why: row.why, commands: [ip(ensureNeighbour(row))] })),
    ...own(namespace.fdb).map((row) => ({
      why: row.why,
      commands: [['bridge', '-n', name, ...typed(ensureFdb(row))]],
    })),
    ...own(namespace.sysctls).map((row) => ({
      why: row.why,
      commands: [there('sysctl', '-q', '-w', ensureSysctl(row))],
    })),
    ...ruleSteps(own(namespace.iptables), there),
  ];
}

/** In namespaces that are new nothing has to be replaced, and `add` is what one types. */
function typed(line: string): string[] {
  const words = line.split(' ');
  return words.map((word, index) => (index === 1 && word === 'replace' ? 'add' : word));
}

/** A veth pair is made, with both its ends, where its end with `peer` is listed; the other end alone makes nothing. */
function linkSteps(state: KernelState, name: string, link: Wanted<Link>): Step[] {
  const settings = (namespace: string, row: Link) =>
    ensureLink(row).map((line) => ['ip', '-n', namespace, ...typed(line)]);
  if (link.type !== 'veth') return [{ why: link.why, commands: settings(name, link) }];
  if (!link.peer) return [];
  const far = link.peer.namespace;
  const peer = state.namespaces
    .find((other) => other.name === far)
    ?.links.find((other) => other.name === link.peer?.name);
  if (!peer) return [];
  return [
    { why: link.why, commands: [['ip', ...vethPair(name, link, peer).split(' ')]] },
    { why: peer.why, commands: settings(far, peer) },
    { why: `${name}'s end of the cable`, commands: settings(name, link) },
  ];
}

/** A chain of one's own is made where it is first spoken of. */
function ruleSteps(rules: Wanted<IptablesRule>[], there: (...words: string[]) => string[]): Step[] {
  const made = new Set<string>();
  const key = (table: string, chain: string) => `${table} ${chain}`;
  const own = new Set(
    rules.filter(({ table, chain }) => !isBuiltIn(table, chain)).map(({ table, chain }) => key(table, chain)),
  );
  return rules.map(({ table, chain, rule, policy, why }) => {
    const words = ruleWords(rule);
    const fresh = [chain, ...words].filter(
      (word) => own.has(key(table, word)) && !made.has(key(table, word)),
    );
    for (const word of fresh) made.add(key(table, word));
    const iptables = (...rest: string[]) => there('iptables', '-t', table, ...rest);
    return {
      why,
      commands: [
        ...[...new Set(fresh)].map((word) => iptables('-N', word)),
        ...(policy === undefined ? [] : [iptables('-P', chain, policy)]),
        ...(rule === '' ? [] : [iptables('-A', chain, ...words)]),
      ],
    };
  });
}

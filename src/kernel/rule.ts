import type { Reason } from './state.ts';

/** A rule of the routing policy database (ip-rule(8)): which table is asked, for which packets, in the order of priority. */
export interface Rule {
  priority: number;
  /** What it is about and what becomes of it, as ip-rule(8) takes it: `from all lookup main`. */
  text: string;
}

/** net/ipv4/fib_rules.c, fib_default_rules_init. */
export const DEFAULT_RULES: (Rule & Reason)[] = [
  { priority: 0, text: 'from all lookup local', why: 'first of all: is the address our own?' },
  { priority: 32766, text: 'from all lookup main', why: 'the routes that `ip route` shows' },
  { priority: 32767, text: 'from all lookup default', why: 'empty in every namespace' },
].map((rule) => ({ ...rule, owner: 'kernel' }));

export const ruleOfPolicyKey = (rule: Rule): string => `${rule.priority} ${rule.text}`;

export const describeRuleOfPolicy = (rule: Rule): string => `rule ${rule.text} priority ${rule.priority}`;

export const ensureRuleOfPolicy = (rule: Rule): string => `rule add ${rule.text} priority ${rule.priority}`;

export const removeRuleOfPolicy = (rule: Rule): string =>
  `rule delete ${rule.text} priority ${rule.priority}`;

interface RuleJson {
  priority: number;
  not?: unknown;
  src?: string;
  srclen?: number;
  dst?: string;
  dstlen?: number;
  tos?: string;
  fwmark?: string;
  fwmask?: string;
  iif?: string;
  oif?: string;
  ipproto?: string;
  sport?: number;
  dport?: number;
  action?: string;
  table?: string;
}

const prefix = (address: string, length?: number) =>
  address === 'all' || length === undefined ? address : `${address}/${length}`;

/** From one element of `ip -json rule show`. */
export function parseRule(json: RuleJson): Rule {
  const words = [
    ...('not' in json ? ['not'] : []),
    `from ${prefix(json.src ?? 'all', json.srclen)}`,
    ...(json.dst === undefined ? [] : [`to ${prefix(json.dst, json.dstlen)}`]),
    ...(json.tos === undefined ? [] : [`tos ${json.tos}`]),
    ...(json.fwmark === undefined
      ? []
      : [`fwmark ${json.fwmark}${json.fwmask === undefined ? '' : `/${json.fwmask}`}`]),
    ...(['iif', 'oif', 'ipproto', 'sport', 'dport'] as const).flatMap((name) =>
      json[name] === undefined ? [] : [`${name} ${json[name]}`],
    ),
    ...(json.table === undefined ? [] : [`lookup ${json.table}`]),
    ...(json.action === undefined ? [] : [json.action]),
  ];
  return { priority: json.priority, text: words.join(' ') };
}

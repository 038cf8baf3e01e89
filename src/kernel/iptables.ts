/**
 * One rule, in the words and the order in which `iptables-save` prints it, without `-A CHAIN`. Comparing texts is exact because wanted rules
 * are written in that very form from the start; iptables-save rewrites some of what iptables-restore accepts (see docs/architecture.md).
 */
export interface IptablesRule {
  table: 'raw' | 'mangle' | 'nat' | 'filter' | 'security';
  chain: string;
  /** e.g. `-s 172.30.0.0/16 -d 172.30.0.0/16 -j RETURN`; empty for a line that only says that the chain is there. */
  rule: string;
  /** Policy of a built-in chain: `DROP`; only on lines without a rule. */
  policy?: string;
}

const BUILT_IN: Record<IptablesRule['table'], string[]> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};

const TABLES = Object.keys(BUILT_IN) as IptablesRule['table'][];

export const isBuiltIn = (table: IptablesRule['table'], chain: string): boolean =>
  BUILT_IN[table].includes(chain);

/** A rule as arguments of iptables(8): iptables-save quotes a comment with spaces, `--comment "flanneld masq"`, and in it `"` and `\\` by a backslash. */
export function ruleWords(rule: string): string[] {
  return [...rule.matchAll(/"((?:[^"\\]|\\.)*)"|\S+/gs)].map(([word, quoted]) =>
    quoted === undefined ? word : quoted.replaceAll(/\\(.)/gs, '$1'),
  );
}

/** The input of iptables-restore(8) that makes the tables named hold these rules and no others; tables that are not named stay as they are. */
export function restoreText(rules: readonly IptablesRule[], tables: readonly string[]): string {
  return TABLES.filter((table) => tables.includes(table))
    .map((table) => {
      const own = rules.filter((rule) => rule.table === table);
      const chains = [...new Set(own.map((rule) => rule.chain))].filter(
        (chain) => !BUILT_IN[table].includes(chain),
      );
      const policy = (chain: string) =>
        own.find((rule) => rule.chain === chain && rule.policy)?.policy ?? 'ACCEPT';
      return [
        `*${table}`,
        ...BUILT_IN[table].map((chain) => `:${chain} ${policy(chain)} [0:0]`),
        ...chains.map((chain) => `:${chain} - [0:0]`),
        ...own.filter((rule) => rule.rule !== '').map((rule) => `-A ${rule.chain} ${rule.rule}`),
        'COMMIT',
        '',
      ].join('\n');
    })
    .join('');
}

/** From `iptables-save`: its rules in order, its own chains, and built-in chains whose policy is not ACCEPT. */
export function parseSave(text: string): IptablesRule[] {
  const rules: IptablesRule[] = [];
  let table: IptablesRule['table'] = 'filter';
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim() as IptablesRule['table'];
    const chain = /^:(\S+) (\S+)/.exec(line);
    if (chain) {
      const [, name = '', policy = ''] = chain;
      const builtIn = BUILT_IN[table]?.includes(name);
      if (!builtIn) rules.push({ table, chain: name, rule: '' });
      else if (policy !== 'ACCEPT') rules.push({ table, chain: name, rule: '', policy });
    }
    const rule = /^(?:\[\d+:\d+\] )?-A (\S+) ?(.*)$/.exec(line);
    if (rule) rules.push({ table, chain: rule[1] ?? '', rule: (rule[2] ?? '').trim() });
  }
  // A chain of one's own is named by its rules; a line for itself only says that it is empty.
  const filled = new Set(
    rules.filter((rule) => rule.rule !== '').map((rule) => `${rule.table} ${rule.chain}`),
  );
  return rules.filter(
    (rule) => rule.rule !== '' || rule.policy || !filled.has(`${rule.table} ${rule.chain}`),
  );
}

/** Tables that iptables-save (nf_tables) cannot show whole, because somebody has put something into them by nft(8); it says so in a comment. */
export function tablesBeyondIptables(text: string): string[] {
  return [...text.matchAll(/^# Table `(\w+)' (?:is|contains) incompatible/gm)].map(([, table = '']) => table);
}

/** `program`: of the other iptables of a machine, e.g. `iptables-legacy`. */
export function describeRule(rule: IptablesRule, program = 'iptables'): string {
  if (rule.policy) return `${program} -t ${rule.table} -P ${rule.chain} ${rule.policy}`;
  return rule.rule === ''
    ? `${program} -t ${rule.table} -N ${rule.chain}`
    : `${program} -t ${rule.table} -A ${rule.chain} ${rule.rule}`;
}

/** The order within a chain matters: position is part of what a rule is. */
export const ruleKey = (rule: IptablesRule): string =>
  `${rule.table} ${rule.chain} ${rule.policy ?? ''} ${rule.rule}`;

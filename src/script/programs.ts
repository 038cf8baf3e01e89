import type { Section } from './section.ts';

/** Debian's packages, in the order in which they are named. bash, grep and coreutils are everywhere. */
const PACKAGES: Record<string, string> = {
  unshare: 'util-linux',
  setpriv: 'util-linux',
  mount: 'util-linux',
  ip: 'iproute2',
  bridge: 'iproute2',
  iptables: 'iptables',
  sysctl: 'procps',
};

const WORLD = ['unshare', 'setpriv', 'mount', 'ip'];

/** The programs that a script needs, by package: a lab without rules needs no iptables. */
export function programs(sections: readonly Section[]): Map<string, string[]> {
  const used = new Set(WORLD);
  for (const { parts } of sections)
    for (const { steps } of parts)
      for (const { commands } of steps)
        for (const argv of commands) for (const program of programsOf(argv)) used.add(program);
  const byPackage = new Map<string, string[]>();
  for (const [program, name] of Object.entries(PACKAGES))
    if (used.has(program)) byPackage.set(name, [...(byPackage.get(name) ?? []), program]);
  return byPackage;
}

/** `ip netns exec node1 iptables -t nat ...`: ip and iptables. */
const programsOf = (argv: readonly string[]): string[] =>
  [argv[0], argv.slice(0, 3).join(' ') === 'ip netns exec' ? argv[4] : undefined].filter(
    (word) => word !== undefined,
  );

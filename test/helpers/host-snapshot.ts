import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { expect } from 'vitest';
import { until } from '../../src/run/until.ts';
import type { PlayedHost } from './played-host.ts';

/**
 * Everything of a played host that a lab could change: one entry per kind, each a list of lines. Counters and timers are left out.
 */
export type HostSnapshot = Record<string, string[]>;

/** Reading these starts processes, so the processes themselves are looked at from outside. */
const tables: Record<string, string> = {
  links: 'ip -details -oneline link show',
  addresses: 'ip -oneline address show',
  routes: 'ip route show table all; ip -6 route show table all',
  rules: 'ip rule show; ip -6 rule show',
  neighbours: 'ip neigh show; bridge fdb show',
  'named namespaces': 'ls /run/netns',
  firewall:
    'iptables-save; ip6tables-save; if command -v nft >/dev/null; then nft --stateless list ruleset; fi',
  // Named after the file: some keys hold dots. What cannot be read (flush, stable_secret) stays out.
  sysctls: 'grep --recursive --no-messages "" /proc/sys/net',
  listeners:
    'ss --no-header --listening --numeric --tcp --udp --raw --unix --packet | awk \'{$3 = $4 = ""; print}\'',
  names: 'hostname; cat /etc/resolv.conf /etc/hosts /etc/nsswitch.conf; ls -l /etc/resolv.conf',
  files: 'find /run /var/lib/wirelab /var/log/wirelab /tmp/.wirelab* 2>/dev/null; true',
};

/** Values that change by themselves. */
const restless = /nf_conntrack_count|[a-z_]*_timer +\d+\.\d+|^# (Generated|Completed) .*|\[\d+:\d+\]$/g;

export async function snapshot(host: PlayedHost): Promise<HostSnapshot> {
  const processes = processesOf(host);
  const script = Object.values(tables).map((command) => `${command}\nprintf '\\n%s\\n' =====`);
  const got = await host.run(['sh', '-c', script.join('\n')]);
  const texts = got.stdout.split('\n=====\n');
  const found = Object.keys(tables).map((name, index) => [name, linesOf(texts[index] ?? '')] as const);
  return {
    ...Object.fromEntries(found),
    mounts: mountsOf(host, 1),
    processes: processes.map(({ pid, words }) => `${pid} ${words}`),
    namespaces: namespacesOf(host, processes),
  };
}

/** The mounts that a process of the host sees, as lines of proc_pid_mountinfo(5). */
export function mountsOf(host: PlayedHost, pid: number): string[] {
  return linesOf(readFileSync(host.path(`/proc/${pid}/mountinfo`), 'utf8'));
}

function linesOf(text: string): string[] {
  const lines = text
    .split('\n')
    .map((line) => (/nf_conntrack_count/.test(line) ? '' : line.replaceAll(restless, '').trim()));
  return lines.filter((line) => line !== '').sort();
}

export interface HostProcess {
  /** As seen there. */
  pid: number;
  words: string;
}

/** All processes there, without those that are dead already (zombies) and threads of the kernel. */
export function processesOf(host: PlayedHost): HostProcess[] {
  const found: HostProcess[] = [];
  for (const entry of readdirSync(host.path('/proc'))) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const words = readFileSync(host.path(`/proc/${entry}/cmdline`), 'utf8');
      if (words !== '') found.push({ pid: Number(entry), words: words.replaceAll('\0', ' ').trim() });
    } catch {
      // It ended in between.
    }
  }
  return found;
}

/** Every namespace that a process there is in or holds open. */
function namespacesOf(host: PlayedHost, processes: readonly HostProcess[]): string[] {
  const found = new Set<string>();
  for (const { pid } of processes) {
    for (const directory of [`/proc/${pid}/ns`, `/proc/${pid}/fd`]) {
      try {
        for (const entry of readdirSync(host.path(directory))) {
          const target = readlinkSync(host.path(`${directory}/${entry}`));
          if (/^[a-z_]+:\[\d+\]$/.test(target) && !/^(pipe|socket|anon_inode):/.test(target))
            found.add(target);
        }
      } catch {
        // It ended in between.
      }
    }
  }
  return [...found].sort();
}

/** Until the host is as it was; the kernel takes namespaces away after their last process. Fails with what differs. */
export async function expectUnchanged(
  host: PlayedHost,
  before: HostSnapshot,
  but: readonly string[] = [],
): Promise<void> {
  const part = (all: HostSnapshot) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !but.includes(name)));
  const want = part(before);
  let got: HostSnapshot = {};
  await until(
    async () => {
      got = part(await snapshot(host));
      return JSON.stringify(got) === JSON.stringify(want) ? true : undefined;
    },
    { timeoutMs: 8_000 },
  );
  expect(got).toEqual(want);
}

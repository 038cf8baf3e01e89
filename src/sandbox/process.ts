import { readFileSync } from 'node:fs';

/**
 * A process that cannot be mistaken for a later one with the same number: the kernel's start time (clock ticks since boot, field 22 of
 * /proc/PID/stat, proc_pid_stat(5)) and the boot it belongs to.
 */
export interface ProcessIdentity {
  pid: number;
  startTime: string;
  bootId: string;
}

export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Who has this number now; undefined when nobody has, or only a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The command name in parentheses may contain anything, spaces and parentheses too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { pid, startTime: fields[19] ?? '', bootId: bootId() };
}

export function isAlive(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid);
  return now !== undefined && now.startTime === identity.startTime && now.bootId === identity.bootId;
}

/** Direct children of a process, as numbers in the caller's own PID namespace. */
export function childrenOf(pid: number): number[] {
  try {
    const words = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return words === '' ? [] : words.split(' ').map(Number);
  } catch {
    return [];
  }
}

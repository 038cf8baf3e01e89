import { readFileSync } from 'node:fs';
import { run } from '../run/command.ts';

/** gc_thresh3 of a kernel that nobody has told otherwise (net/ipv4/arp.c, arp_tbl). */
export const STOCK_NEIGHBOUR_LIMIT = 1024;

/**
 * How many learned neighbour entries the kernel allows in all namespaces of the machine together (arp(7), gc_thresh3). Past it, it looks for one that
 * was not touched for five seconds, and where there is none, it drops the packet (neigh_alloc in net/core/neighbour.c).
 * The file exists only in the host's own network namespace; rtnetlink tells it everywhere, but takes a process, which is not started for one who needs
 * few. Undefined where it cannot be read.
 */
export async function neighbourLimit(needed: number): Promise<number | undefined> {
  try {
    return wholeNumber(readFileSync('/proc/sys/net/ipv4/neigh/default/gc_thresh3', 'utf8'));
  } catch {
    if (needed <= STOCK_NEIGHBOUR_LIMIT / 2) return undefined;
    const { stdout } = await run(['ip', 'ntable', 'show', 'name', 'arp_cache'], { timeoutMs: 2_000 });
    return wholeNumber(/\bthresh3 (\d+)/.exec(stdout)?.[1] ?? '');
  }
}

function wholeNumber(text: string): number | undefined {
  return /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}

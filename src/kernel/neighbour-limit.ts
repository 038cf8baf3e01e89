import { readFileSync } from 'node:fs';
import { run } from '../run/command.ts';

/**
 * How many learned neighbour entries the kernel allows in all namespaces of the machine together (arp(7), gc_thresh3). Past it, it looks for one that
 * was not touched for five seconds, and where there is none, it drops the packet (neigh_alloc in net/core/neighbour.c).
 * The file exists only in the host's own network namespace; rtnetlink tells it everywhere. Undefined where it cannot be read.
 */
export async function neighbourLimit(): Promise<number | undefined> {
  try {
    return wholeNumber(readFileSync('/proc/sys/net/ipv4/neigh/default/gc_thresh3', 'utf8'));
  } catch {
    const { stdout } = await run(['ip', 'ntable', 'show', 'name', 'arp_cache'], { timeoutMs: 2_000 });
    return wholeNumber(/\bthresh3 (\d+)/.exec(stdout)?.[1] ?? '');
  }
}

function wholeNumber(text: string): number | undefined {
  return /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}

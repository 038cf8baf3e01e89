import type { Emit } from '../run/event.ts';

/** What a command of ours gives to everything that it calls. */
export interface Context {
  emit: Emit;
  /** Aborted by Ctrl-C and SIGTERM. */
  signal: AbortSignal;
  /** Checks tagged slow run too. */
  slow: boolean;
}

import { observe, type ObserveParts } from '../kernel/observe.ts';
import type { ObservedNamespace } from '../kernel/state.ts';
import type { Session } from '../sandbox/session.ts';

/** Reads a namespace's tables as they are now. */
export type TableReader = (namespace: string, parts: ObserveParts) => Promise<ObservedNamespace>;

interface Waiting {
  parts: ObserveParts;
  answered: PromiseLike<ObservedNamespace>;
  answer: (found: ObservedNamespace) => void;
  fail: (error: unknown) => void;
}

/** Many checks ask at about the same time, often for the same namespace: what is asked before the next turn of the event loop is read in one go. */
export function tableReader(session: Session): TableReader {
  let waiting = new Map<string, Waiting>();
  const flush = async () => {
    const batch = waiting;
    waiting = new Map();
    try {
      const asked = [...batch].map(([namespace, { parts }]) => ({ namespace, ...parts }));
      for (const found of await observe(session, asked)) batch.get(found.name)?.answer(found);
    } catch (error) {
      for (const { fail } of batch.values()) fail(error);
    }
  };
  return async (namespace, parts) => {
    if (waiting.size === 0) setImmediate(() => void flush());
    const entry = waiting.get(namespace) ?? newEntry();
    entry.parts = both(entry.parts, parts);
    waiting.set(namespace, entry);
    return await entry.answered;
  };
}

function newEntry(): Waiting {
  const entry: Partial<Waiting> = { parts: {} };
  entry.answered = new Promise<ObservedNamespace>((resolve, reject) => {
    entry.answer = resolve;
    entry.fail = reject;
  });
  return entry as Waiting;
}

function both(one: ObserveParts, other: ObserveParts): ObserveParts {
  return {
    fdb: (one.fdb ?? false) || (other.fdb ?? false),
    iptables: (one.iptables ?? false) || (other.iptables ?? false),
    sysctls: [...new Set([...(one.sysctls ?? []), ...(other.sysctls ?? [])])],
  };
}

import { setTimeout as delay } from 'node:timers/promises';

/**
 * Ask again until there is an answer or the deadline has passed; the pause grows from 1 ms to 50 ms, so that what is quick stays quick.
 * Returns the first answer that is not undefined, else undefined.
 */
export async function until<T>(
  ask: (attempt: number) => Promise<T | undefined> | T | undefined,
  options: { timeoutMs: number; signal?: AbortSignal },
): Promise<T | undefined> {
  const deadline = performance.now() + options.timeoutMs;
  for (let attempt = 1, pauseMs = 1; ; attempt++, pauseMs = Math.min(pauseMs * 1.5, 50)) {
    options.signal?.throwIfAborted();
    const answer = await ask(attempt);
    if (answer !== undefined) return answer;
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) return undefined;
    await delay(Math.min(pauseMs, leftMs), undefined, options.signal ? { signal: options.signal } : {});
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { randomFrom } from './random.ts';
import type { HostOptions, HostResult, PlayedHost } from './played-host.ts';

/** Of all that is random in these tests. WIRELAB_TEST_SEED repeats a run. */
export const seed = Number(process.env['WIRELAB_TEST_SEED'] ?? Date.now() % 1_000_000);

/** Random numbers from 0 to 1, one in each of `count` equal parts of that, in random order; the same for the same seed and name. */
export function moments(count: number, name: string): number[] {
  const random = randomFrom(Buffer.from(name).reduce((sum, byte) => Math.imul(sum, 31) + byte, seed));
  const parts = Array.from({ length: count }, (_, part) => ({
    at: (part + random()) / count,
    order: random(),
  }));
  return parts.sort((a, b) => a.order - b.order).map(({ at }) => at);
}

export interface Blow {
  words: readonly string[];
  signal: NodeJS.Signals;
  whom: 'process' | 'group';
  /** Makes the host ready for the command. */
  ready: () => Promise<unknown>;
  options?: HostOptions;
}

export interface Struck {
  /** For messages: what was hit, when and how. */
  blow: string;
  result: HostResult;
}

/**
 * Hits a command at a moment of its life: 0 is its start, 1 its end. How long it lives is known from the last time that it ended well; where it
 * does so before the blow takes effect it is tried again, with the better knowledge.
 */
export class Striker {
  readonly #host: PlayedHost;
  readonly #usualMs = new Map<string, number>();

  constructor(host: PlayedHost) {
    this.#host = host;
  }

  async strike(moment: number, { words, signal, whom, ready, options }: Blow): Promise<Struck> {
    const name = `${options?.user ?? 'root'} ${words.join(' ')}`;
    for (let attempt = 0; attempt < 10; attempt++) {
      await ready();
      const usualMs = this.#usualMs.get(name);
      const atMs = moment * (usualMs ?? Infinity);
      const started = await this.#host.startLab(words, options);
      const start = performance.now();
      const ended = started.ended.then((result) => ({ result, tookMs: performance.now() - start }));
      const calm = new AbortController();
      const pause = usualMs === undefined ? ended : delay(atMs, undefined, { signal: calm.signal });
      const early = await Promise.race([ended, pause]);
      calm.abort();
      if (!early) started.kill(signal, whom);
      const { result, tookMs } = await ended;
      if (result.exitCode !== 0) {
        const when = `after ${atMs.toFixed(1)} of ${usualMs?.toFixed(0)} ms`;
        const how = `${result.exitCode}\n${result.stdout}${result.stderr}`;
        const blow = `${signal} to ${words.join(' ')}, its ${whom}, ${when}: ${how}`;
        if (early) throw new Error(`it failed by itself before ${blow}`);
        return { result, blow };
      }
      this.#usualMs.set(name, tookMs);
    }
    throw new Error(`${name} ended well each time that it was to be struck at ${moment} of its life`);
  }
}

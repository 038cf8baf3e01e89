import { setMaxListeners } from 'node:events';
import { constants } from 'node:os';

/** Ctrl-C, or somebody who ends us: work stops, what was begun is rolled back, and the exit code says by which signal. */
export interface Interruption {
  signal: AbortSignal;
  /** 128+n once a signal has come. */
  exitCode(): number | undefined;
  /** Signals have their usual effect again. */
  end(): void;
}

/** What the abort signal's reason is. */
export class Interrupted extends Error {
  constructor(by: NodeJS.Signals) {
    super(by);
    this.name = 'Interrupted';
  }
}

const handled = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** npm passes on the Ctrl-C that the terminal has sent to us already: what comes this soon is the same one. */
const sameMs = 1_000;

/**
 * The first signal aborts; one that comes later ends this process at once. That is safe too: a sandbox that is not complete dies with its builder.
 */
export function interruption(): Interruption {
  const controller = new AbortController();
  // Every probe of a run listens to it at the same time; that is no leak.
  setMaxListeners(0, controller.signal);
  let first: { exitCode: number; atMs: number } | undefined;

  function handle(by: NodeJS.Signals): void {
    const exitCode = 128 + constants.signals[by];
    if (first === undefined) {
      first = { exitCode, atMs: performance.now() };
      controller.abort(new Interrupted(by));
    } else if (performance.now() - first.atMs > sameMs) {
      process.exit(exitCode);
    }
  }

  for (const name of handled) process.on(name, handle);
  return {
    signal: controller.signal,
    exitCode: () => first?.exitCode,
    end() {
      for (const name of handled) process.off(name, handle);
    },
  };
}

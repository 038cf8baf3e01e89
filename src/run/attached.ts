import { constants } from 'node:os';
import { execa } from 'execa';

/**
 * Run with our own terminal as its own: what a person types goes to it. Ctrl-C is its business while it runs; SIGTERM ends it.
 * Returns its exit code, 128+n when signal n ended it.
 */
export async function runAttached(
  argv: readonly string[],
  options: { env?: Record<string, string> } = {},
): Promise<number> {
  const [file, ...args] = argv;
  const ignore = () => undefined;
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, ignore);
  try {
    const result = await execa(file as string, args, {
      stdio: 'inherit',
      reject: false,
      ...(options.env ? { env: options.env } : {}),
    });
    return result.exitCode ?? (result.signal ? 128 + constants.signals[result.signal] : 125);
  } finally {
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.off(signal, ignore);
  }
}

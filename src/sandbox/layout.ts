import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Where things are, outside and inside a sandbox.
 */

/** Directory of the perl programs: src/inside from source, dist/ once bundled (the build copies them beside the bundle). */
export function programDirectory(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return existsSync(join(here, 'hold.pl')) ? here : join(here, '..', 'inside');
}

/** The same directory as seen inside. */
export const PROGRAM_INSIDE = '/run/wirelab/program';

/** Exists once the holder has been told to stay (hold.pl). */
export const KEPT = '/run/wirelab/kept';

/** A file of the sandbox as seen from outside: through the holder's root. */
export function fromOutside(holderPid: number, path: string): string {
  return `/proc/${holderPid}/root${path}`;
}

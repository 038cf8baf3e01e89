import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The directory with package.json and labs/: the nearest one above this file, whether it runs as source or as a bundle.
 * WIRELAB_ROOT names it where the bundle is kept elsewhere.
 */
export function projectDirectory(): string {
  const named = process.env['WIRELAB_ROOT'];
  if (named) return named;
  const here = dirname(fileURLToPath(import.meta.url));
  for (let directory = here; ; directory = dirname(directory)) {
    if (existsSync(join(directory, 'package.json'))) return directory;
    if (directory === dirname(directory)) return here;
  }
}

export function labsDirectory(): string {
  return join(projectDirectory(), 'labs');
}

export function version(): string {
  const manifest = JSON.parse(readFileSync(join(projectDirectory(), 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

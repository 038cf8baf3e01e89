import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { labsDirectory } from './project.ts';

/** The names under labs/, without reading any of them. */
export function labNames(): string[] {
  try {
    return readdirSync(labsDirectory()).filter((name) => existsSync(join(labsDirectory(), name, 'lab.yaml')));
  } catch {
    return [];
  }
}

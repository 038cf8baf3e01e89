import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LabFileError } from '../../src/lab/problem.ts';
import { loadLab } from '../../src/lab/load.ts';
import type { Lab } from '../../src/lab/lab.ts';

/** Files of a lab, by their path in its directory. */
export type LabFiles = Record<string, string | Uint8Array>;

/** Loads a lab from files in a directory of its own, which is gone afterwards. */
export async function loadedFrom(files: LabFiles, path = ''): Promise<Lab> {
  const directory = mkdtempSync(join(tmpdir(), 'wirelab-test-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), content);
    }
    return await loadLab(join(directory, path)).catch((error: unknown) => {
      throw error instanceof LabFileError ? new LabFileError(withoutDirectory(error, directory)) : error;
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function withoutDirectory(error: LabFileError, directory: string): LabFileError['problems'] {
  return error.problems.map((problem) => ({ ...problem, file: problem.file.slice(directory.length + 1) }));
}

/** The problems of a lab, as `file:line:column: message`; none when it loads. */
export async function problemsOf(files: LabFiles, path = ''): Promise<string[]> {
  try {
    await loadedFrom(files, path);
    return [];
  } catch (error) {
    if (!(error instanceof LabFileError)) throw error;
    return error.problems.map(({ file, line, column, message }) => {
      const place = [file, line, column].filter((part) => part !== undefined).join(':');
      return `${place}: ${message}`;
    });
  }
}

/** Takes the marks « out of files and says where they were: `lab.yaml:4:5`, sorted as problems are. */
export function unmarked(files: Record<string, string>): { files: Record<string, string>; places: string[] } {
  const places: string[] = [];
  const clean = Object.entries(files).map(([name, text]) => {
    for (const [row, line] of text.split('\n').entries()) {
      const parts = line.split('«');
      for (let mark = 1; mark < parts.length; mark++)
        places.push(`${name}:${row + 1}:${parts.slice(0, mark).join('').length + 1}`);
    }
    return [name, text.replaceAll('«', '')] as const;
  });
  return { files: Object.fromEntries(clean), places };
}

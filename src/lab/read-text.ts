import { readFileSync, statSync } from 'node:fs';
import type { Position } from './problem.ts';

export const largestFileBytes = 1_000_000;

/** A text file, or why it cannot be one. */
export type TextFile = { text: string } | { problem: string; position?: Position };

/**
 * Reads a file that is regular, at most 1 MB and UTF-8. Never throws. Synchronous, as are the other reads of this directory: nothing else goes on
 * while a lab is read, and the way through the thread pool costs more than reading two small files.
 */
export function readText(path: string): TextFile {
  try {
    const found = statSync(path);
    if (found.isDirectory()) return { problem: 'found a directory; expected a file' };
    if (!found.isFile()) return { problem: 'found a device, pipe or socket; expected a file' };
    if (found.size > largestFileBytes)
      return { problem: `found ${megabytes(found.size)}; expected at most ${megabytes(largestFileBytes)}` };
    return decoded(readFileSync(path));
  } catch (error) {
    return { problem: fileErrorWords(error) };
  }
}

/** The text of bytes that are UTF-8, without a byte order mark. */
export function decoded(bytes: Uint8Array): TextFile {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return { problem: 'found UTF-16; expected UTF-8', position: { line: 1, column: 1 } };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const problem = 'found a byte that is not UTF-8; expected the file in UTF-8';
    return { problem, position: firstReplacement(new TextDecoder('utf-8').decode(bytes)) };
  }
}

/** Where the first U+FFFD is, which a decoder puts in place of what it cannot read. */
function firstReplacement(text: string): Position {
  const before = text.slice(0, Math.max(0, text.indexOf('\ufffd')));
  return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
}

/** Why the operating system refused a path, in words. */
export function fileErrorWords(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = new Map([
    ['ENOENT', 'there is no such file'],
    ['ENOTDIR', 'a part of the path is no directory'],
    ['EACCES', 'permission to read it is denied'],
    ['EPERM', 'permission to read it is denied'],
    ['ELOOP', 'its symbolic links go round in a circle'],
    ['ENAMETOOLONG', 'the path is too long'],
    ['ERR_INVALID_ARG_VALUE', 'the path contains a null byte'],
  ]);
  return known.get(code) ?? `it cannot be read (${code === '' ? String(error) : code})`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { type LogLine, logLines } from './log-line.ts';

/**
 * A log as it grows. Whoever is root in the lab may put anything in its place: a link that would lead out of the sandbox, a FIFO that would make us
 * wait, a file made anew. Only regular files are read, and a new or shortened one from its beginning.
 */
export interface LogFile {
  /** The whole lines that have come since the last time; with `last`, also one that is not complete. */
  read(options?: { last?: boolean }): LogLine[];
}

const CHUNK_BYTES = 1 << 16;
/** What has no line feed for so long is cut here. */
const LONGEST_LINE = 1 << 16;

export function logFile(path: string, { place, file }: { place: string; file: string }): LogFile {
  let seen = { inode: 0, size: 0 };
  let rest = '';
  let decoder = new StringDecoder('utf8');
  let lastTime: string | undefined;

  return {
    read({ last = false } = {}) {
      const text = rest + unread();
      const end = text.lastIndexOf('\n');
      rest = text.slice(end + 1);
      let whole = end < 0 ? '' : text.slice(0, end);
      if ((last || rest.length > LONGEST_LINE) && rest !== '') {
        whole = end < 0 ? rest : `${whole}\n${rest}`;
        rest = '';
      } else if (end < 0) return [];
      const lines = logLines(whole, { place, file, lastTime: lastTime ?? new Date(0).toISOString() });
      lastTime = lines.at(-1)?.time;
      return lines;
    },
  };

  function unread(): string {
    let descriptor;
    try {
      descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch {
      return '';
    }
    try {
      const { ino, size, mtime, isFile } = fstat(descriptor);
      if (!isFile) return '';
      if (ino !== seen.inode || size < seen.size) {
        seen = { inode: ino, size: 0 };
        decoder = new StringDecoder('utf8');
        rest = '';
      }
      lastTime ??= mtime.toISOString();
      const chunks: string[] = [];
      const chunk = Buffer.alloc(CHUNK_BYTES);
      for (;;) {
        const count = readSync(descriptor, chunk, 0, CHUNK_BYTES, seen.size);
        if (count === 0) return chunks.join('');
        seen.size += count;
        chunks.push(decoder.write(chunk.subarray(0, count)));
      }
    } finally {
      closeSync(descriptor);
    }
  }
}

function fstat(descriptor: number): { ino: number; size: number; mtime: Date; isFile: boolean } {
  const stats = fstatSync(descriptor);
  return { ino: stats.ino, size: stats.size, mtime: stats.mtime, isFile: stats.isFile() };
}

import { appendFileSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logFile } from '../../../src/lifecycle/log-file.ts';
import { run } from '../../../src/run/command.ts';

describe('a log that grows', () => {
  let directory = '';
  let path = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'wirelab-log-'));
    path = join(directory, 'a.log');
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const open = () => logFile(path, { place: 'a', file: 'a.log' });
  const texts = (log: ReturnType<typeof open>, last = false) => log.read({ last }).map(({ text }) => text);

  it('is read line by line, each once, and a line when it is whole', () => {
    const log = open();
    expect(texts(log)).toEqual([]);
    writeFileSync(path, 'one\ntwo\nthr');
    expect(texts(log)).toEqual(['one', 'two']);
    expect(texts(log)).toEqual([]);
    appendFileSync(path, 'ee\n\n');
    expect(texts(log)).toEqual(['three', '']);
    appendFileSync(path, 'four');
    expect(texts(log, true)).toEqual(['four']);
  });

  it('may be cut in the middle of a character', () => {
    const log = open();
    const bytes = Buffer.from('网络\n');
    for (const byte of bytes.subarray(0, -1)) {
      appendFileSync(path, Buffer.from([byte]));
      expect(texts(log)).toEqual([]);
    }
    appendFileSync(path, bytes.subarray(-1));
    expect(texts(log)).toEqual(['网络']);
  });

  it('that was emptied or made anew is read from its beginning', () => {
    const log = open();
    writeFileSync(path, 'a first line\n');
    expect(texts(log)).toEqual(['a first line']);
    truncateSync(path);
    appendFileSync(path, 'new\n');
    expect(texts(log)).toEqual(['new']);
    rmSync(path);
    expect(texts(log)).toEqual([]);
    writeFileSync(`${path}.new`, 'another file, and a longer one\n');
    rmSync(path, { force: true });
    writeFileSync(path, 'another file, and a longer one\n');
    expect(texts(log)).toEqual(['another file, and a longer one']);
  });

  it('without line feeds is cut, and not kept for ever', () => {
    const log = open();
    writeFileSync(path, 'x'.repeat(200_000));
    expect(texts(log)).toEqual(['x'.repeat(200_000)]);
  });

  it('that is a link or a FIFO or a directory is no log, and nobody waits for it', async () => {
    symlinkSync('/etc/passwd', path);
    expect(texts(open(), true)).toEqual([]);
    rmSync(path);
    expect(await run(['mkfifo', path], {})).toMatchObject({ exitCode: 0 });
    expect(texts(open(), true)).toEqual([]);
    path = directory;
    expect(texts(open(), true)).toEqual([]);
  });
});

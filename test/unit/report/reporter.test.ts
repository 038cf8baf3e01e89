import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { openReporter, type ReporterOptions, reporterNames } from '../../../src/report/reporter.ts';
import { Failure } from '../../../src/run/failure.ts';
import { check, checkEvent, labEnd, labStart } from './awkward.ts';

const directory = mkdtempSync(join(tmpdir(), 'wirelab-reporter-'));
afterAll(() => rmSync(directory, { recursive: true }));

function report(options: Omit<ReporterOptions, 'verbose'>): string {
  let written = '';
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString();
      done();
    },
  });
  const reporter = openReporter(
    { ...options, verbose: false },
    { stdout, env: { LANG: 'C.UTF-8', FORCE_COLOR: '1' }, now: () => new Date(0) },
  );
  for (const event of [labStart('a', 1), checkEvent('a', check(1)), labEnd('a', 'good')])
    reporter.emit(event);
  expect(reporter.close()).toBeUndefined();
  return written;
}

const firstWords = {
  human: /a {2}the lab a\n/,
  json: /^{"time":"1970/,
  tap: /^TAP version 13\n/,
  junit: /^<\?xml/,
};

describe('a reporter', () => {
  it.each(reporterNames)('writes %s to standard output', (name) => {
    // eslint-disable-next-line no-control-regex
    expect(report({ name }).replaceAll(/\x1b\[\d+m/g, '')).toMatch(firstWords[name]);
  });

  it.each(reporterNames)(
    'writes %s to a file, and the human view to standard output unless that is the file',
    (name) => {
      const output = join(directory, name);
      const shown = report({ name, output });
      expect(readFileSync(output, 'utf8')).toMatch(firstWords[name]);
      expect(shown).toMatch(name === 'human' ? /^$/ : /1 passed/);
    },
  );

  it('writes no colours to a file', () => {
    const output = join(directory, 'plain');
    report({ name: 'human', output });
    expect(readFileSync(output, 'utf8')).toContain('  ✓ check 1  12 ms\n');
  });

  it('refuses a file that cannot be written before anything is done', () => {
    const open = (): string => report({ name: 'tap', output: join(directory, 'no', 'such', 'directory') });
    expect(open).toThrow(Failure);
    expect(open).toThrow(/cannot write the report to .*: ENOENT/);
  });

  it('says when the disk under the file is full', () => {
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done() });
    const options = { name: 'tap', output: '/dev/full', verbose: false } as const;
    const reporter = openReporter(options, { stdout, env: {}, now: () => new Date(0) });
    reporter.emit(labStart('a', 1));
    reporter.emit(labEnd('a', 'good'));
    expect(reporter.close()).toMatch(/cannot write the report to \/dev\/full: ENOSPC/);
  });

  it('does not crash when its reader goes away', async () => {
    const script = `
      import { openReporter } from ${JSON.stringify(new URL('../../../src/report/reporter.ts', import.meta.url).href)};
      const reporter = openReporter({ name: 'json', verbose: false }, { stdout: process.stdout, env: {}, now: () => new Date(0) });
      for (let number = 1; number <= 2000; number++) {
        reporter.emit({ type: 'note', level: 'info', text: 'x'.repeat(1000) });
        if (number % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      process.exitCode = reporter.close() === undefined ? 7 : 8;`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    const exitCode = await new Promise((resolve) => child.on('exit', resolve));
    expect({ exitCode, stderr }).toEqual({ exitCode: 7, stderr: '' });
  });
});

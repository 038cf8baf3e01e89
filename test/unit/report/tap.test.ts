import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { tapFormatter } from '../../../src/report/tap.ts';
import type { Event } from '../../../src/run/event.ts';
import { awkwardRun, awkwardTexts, check, checkEvent, labEnd, labStart } from './awkward.ts';

const directory = mkdtempSync(join(tmpdir(), 'wirelab-tap-'));
afterAll(() => rmSync(directory, { recursive: true }));

const hasProve = spawnSync('prove', ['--version']).status === 0;
const needsProve = hasProve ? it : it.skip;

function tap(events: Event[], verbose = false): string {
  const formatter = tapFormatter({ verbose });
  return events.map((event) => formatter.event(event)).join('') + formatter.end();
}

/** prove, with cat as the program that prints the report. */
function prove(text: string): { status: number | null; output: string } {
  const file = join(directory, 'report.tap');
  writeFileSync(file, text);
  const { status, stdout, stderr } = spawnSync('prove', ['-e', 'cat', file], { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

/** What perl's TAP::Parser reads, point by point: an independent reader of the same text. */
function parsed(text: string): {
  points: { ok: boolean; number: number; description: string; directive: string; explanation: string }[];
  errors: string[];
  planned: number;
  yaml: unknown[];
} {
  const script = String.raw`
    use TAP::Parser; use JSON::PP; binmode STDOUT, ':raw';
    open(my $in, '<:encoding(UTF-8)', $ARGV[0]) or die; local $/; my $tap = <$in>;
    my $parser = TAP::Parser->new({ tap => $tap }); my (@points, @yaml);
    while (my $r = $parser->next) {
      push @points, { ok => $r->is_actual_ok ? JSON::PP::true : JSON::PP::false, number => 0 + $r->number,
        description => $r->description, directive => $r->directive, explanation => $r->explanation } if $r->is_test;
      push @yaml, $r->data if $r->is_yaml;
    }
    print JSON::PP->new->utf8->encode({ points => \@points, yaml => \@yaml, errors => [$parser->parse_errors], planned => 0 + $parser->tests_planned });`;
  const file = join(directory, 'parsed.tap');
  writeFileSync(file, text);
  const { stdout, stderr } = spawnSync('perl', ['-e', script, file], { encoding: 'utf8', maxBuffer: 1e9 });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as ReturnType<typeof parsed>;
}

describe('TAP', () => {
  needsProve('prove passes a run of two labs that is good', () => {
    const text = tap([
      labStart('a', 2),
      labStart('b', 1),
      checkEvent('a', check(1)),
      checkEvent('b', check(1)),
      checkEvent('a', check(2)),
      labEnd('a', 'good'),
      labEnd('b', 'good'),
      { type: 'run-end', exitCode: 0, durationMs: 1 },
    ]);
    expect(prove(text)).toMatchObject({ status: 0, output: expect.stringContaining('Tests=3') as string });
    expect(parsed(text).points.map((point) => [point.number, point.description])).toEqual([
      [1, '- a: check 1'],
      [2, '- b: check 1'],
      [3, '- a: check 2'],
    ]);
  });

  needsProve('prove passes what is skipped or fails as known, and says so', () => {
    const text = tap([
      labStart('a', 3),
      checkEvent('a', check(1)),
      checkEvent('a', check(2, { verdict: 'skip', reason: 'this kernel has no SCTP' })),
      checkEvent('a', check(3, { verdict: 'xfail', reason: 'kernel bug' })),
      labEnd('a', 'good'),
      labEnd('b', 'skipped', 'no vxlan module'),
    ]);
    expect(prove(text).status).toBe(0);
    expect(parsed(text).points).toMatchObject([
      { ok: true, directive: '' },
      { ok: true, directive: 'SKIP', explanation: 'this kernel has no SCTP' },
      { ok: false, directive: 'TODO', explanation: 'kernel bug' },
      { ok: true, directive: 'SKIP', explanation: 'no vxlan module', description: '- b: build' },
    ]);
  });

  needsProve('prove fails a failed check and reads want, got and evidence below it', () => {
    const text = tap([
      labStart('a', 1),
      checkEvent(
        'a',
        check(1, {
          verdict: 'fail',
          want: ['172.30.9.2 lladdr 96:8f:2d:49:c5:31'],
          got: ['172.30.9.2 FAILED', 'second line'],
          evidence: ['table:\n\tx'],
          evidenceDirectory: '/tmp/x',
        }),
      ),
      labEnd('a', 'failed'),
    ]);
    expect(prove(text)).toMatchObject({
      status: 1,
      output: expect.stringContaining('Failed 1/1 subtests') as string,
    });
    expect(parsed(text).yaml).toEqual([
      {
        kind: 'ping',
        duration_ms: '12',
        attempts: '1',
        want: ['172.30.9.2 lladdr 96:8f:2d:49:c5:31'],
        got: ['172.30.9.2 FAILED', 'second line'],
        evidence: ['table:', '    x'],
        evidence_directory: '/tmp/x',
      },
    ]);
  });

  needsProve.each([
    ['could not be built', [labEnd('a', 'not-built', 'ip: File exists')], 'a: build'],
    ['has a wrong lab file', [labEnd('a', 'invalid', 'lab.yaml:3:1: ...')], 'a: lab file'],
    ['was interrupted', [labStart('a', 3), labEnd('a', 'interrupted', 'SIGINT')], 'a: interrupted'],
    ['never finished', [labStart('a', 3)], 'a: did not finish'],
    ['failed without a failed check', [labStart('a', 0), labEnd('a', 'failed', 'odd')], 'a: checks'],
  ] as [string, Event[], string][])('prove fails a lab that %s', (_what, events, title) => {
    const text = tap(events);
    expect(prove(text).status).toBe(1);
    expect(parsed(text)).toMatchObject({
      errors: [],
      planned: 1,
      points: [{ ok: false, description: `- ${title}` }],
    });
  });

  needsProve('a lab without checks is one point, and a run without labs is a skip', () => {
    expect(parsed(tap([labStart('a', 0), labEnd('a', 'good')])).points).toMatchObject([
      { ok: true, description: '- a: build' },
    ]);
    expect(prove(tap([])).status).toBe(0);
  });

  needsProve.each([false, true])('no text from outside changes what prove counts (verbose %s)', (verbose) => {
    const { events, counts } = awkwardRun();
    const { points, errors, planned, yaml } = parsed(tap(events, verbose));
    const total = counts.pass + counts.fail + counts.skip + counts.xfail;
    expect(errors).toEqual([]);
    expect(planned).toBe(total);
    expect(points.map((point) => point.number)).toEqual(
      Array.from({ length: total }, (_, index) => index + 1),
    );
    expect(points.filter((point) => point.directive === 'SKIP')).toHaveLength(counts.skip);
    expect(points.filter((point) => point.directive === 'TODO')).toHaveLength(counts.xfail);
    expect(points.filter((point) => !point.ok && point.directive === '')).toHaveLength(counts.fail);
    expect(yaml).toHaveLength(counts.fail);
    expect(prove(tap(events, verbose)).output).toContain(`Failed ${counts.fail}/${total} subtests`);
  });

  it('writes nothing that a terminal would obey', () => {
    expect(tap(awkwardRun().events, true)).not.toMatch(/[^\P{Cc}\n]|[\u202e\u2066\u2028]|\p{Cs}/u);
    expect(Object.keys(awkwardTexts).length).toBeGreaterThan(15);
  });
});

import { describe, expect, it } from 'vitest';
import { type HumanOptions, humanFormatter } from '../../../src/report/human.ts';
import { look } from '../../../src/report/look.ts';
import type { Event } from '../../../src/run/event.ts';
import { awkwardRun, check, checkEvent, labEnd, labStart } from './awkward.ts';

const plain: HumanOptions = { colour: false, unicode: true, verbose: false };

function human(events: Event[], options: Partial<HumanOptions> = {}): string {
  const formatter = humanFormatter({ ...plain, ...options });
  return events.map((event) => formatter.event(event)).join('') + formatter.end();
}

/** What a terminal shows in the end: only line feed, carriage return, erase to the end of line and colours occur. */
function screen(text: string): string[] {
  const rows = [''];
  // eslint-disable-next-line no-control-regex
  for (const token of text.match(/\r\x1b\[K|\x1b\[\d+m|\n|[^\x1b\n\r]/g) ?? []) {
    if (token === '\n') rows.push('');
    else if (token.startsWith('\r')) rows[rows.length - 1] = '';
    else if (!token.startsWith('\x1b')) rows[rows.length - 1] += token;
  }
  return rows;
}

const runEnd: Event = { type: 'run-end', exitCode: 0, durationMs: 2310 };

describe('the human view', () => {
  it('has one line for each check and one for the lab', () => {
    expect(
      human([
        labStart('same-node', 4, 'Two pods on one node'),
        checkEvent(
          'same-node',
          check(1, { title: 'full mesh: every pod reaches every pod (30 pings)', durationMs: 38.2 }),
        ),
        checkEvent(
          'same-node',
          check(2, { title: 'SCTP', verdict: 'skip', reason: 'this kernel has no SCTP' }),
        ),
        checkEvent('same-node', check(3, { title: 'odd', verdict: 'xfail', reason: 'kernel bug' })),
        checkEvent(
          'same-node',
          check(4, {
            title: 'node1 knows pod-b',
            verdict: 'fail',
            durationMs: 3004,
            attempts: 40,
            want: ['neighbour 172.20.1.3 dev cni0'],
            got: ['no neighbour 172.20.1.3', 'table of node1:\n172.20.1.2 dev cni0'],
            evidence: ['pod-b never answered'],
            evidenceDirectory: '/tmp/evidence',
            attachments: ['cni0.pcap', 'tables.txt'],
          }),
        ),
        labEnd('same-node', 'failed'),
        runEnd,
      ]),
    ).toBe(`\
same-node  Two pods on one node
  ✓ full mesh: every pod reaches every pod (30 pings)  38 ms
  ○ SCTP: skipped, this kernel has no SCTP
  ~ odd: fails as known, kernel bug  12 ms
  ✗ node1 knows pod-b  3.00 s, 40 tries
      want   neighbour 172.20.1.3 dev cni0
      got    no neighbour 172.20.1.3
             table of node1:
             172.20.1.2 dev cni0
      why    pod-b never answered
      files  /tmp/evidence
             cni0.pcap  tables.txt
same-node: 1 passed, 1 failed, 1 failed as known, 1 skipped in 0.61 s
`);
  });

  it('says for several labs what came of them together', () => {
    const text = human([
      labStart('a', 1),
      checkEvent('a', check(1)),
      labEnd('a', 'good'),
      labStart('b', 1),
      checkEvent('b', check(1, { verdict: 'fail' })),
      labEnd('b', 'failed'),
      labEnd('c', 'not-built', 'ip: File exists\nthe line was: link add'),
      labEnd('d', 'skipped', 'no vxlan module'),
      labEnd('e', 'invalid', 'lab.yaml:3:1'),
      runEnd,
    ]);
    expect(text).toContain('✗ c: not built, ip: File exists\n    the line was: link add\n');
    expect(text).toContain('○ d: skipped, no vxlan module\n');
    expect(text).toContain('✗ e: not tried, nothing was touched\n');
    expect(text.split('\n').slice(-6)).toEqual([
      'skipped: d',
      'failed: b',
      'not built: c',
      'not tried: e',
      '5 labs: 1 passed, 1 failed in 2.31 s',
      '',
    ]);
  });

  it('does not mix the lines of labs that run side by side, and loses none', () => {
    const labs = ['a', 'b', 'c'];
    const events = [
      ...labs.map((lab) => labStart(lab, 3)),
      ...[1, 2, 3].flatMap((number) =>
        labs.map((lab) => checkEvent(lab, check(number, { title: `${lab} check ${number}` }))),
      ),
      labEnd('c', 'good'),
      labEnd('a', 'good'),
      labEnd('b', 'good'),
      runEnd,
    ];
    const rows = human(events).split('\n');
    const owners = rows.slice(0, 15).map((row) => row.trimStart().replace('✓ ', '').slice(0, 1));
    expect(owners.join('')).toBe('aaaaabbbbbccccc');
    expect(rows[15]).toBe('3 labs: 9 passed in 2.31 s');
  });

  it('shows the first of several labs as it goes', () => {
    const formatter = humanFormatter(plain);
    formatter.event(labStart('a', 1));
    expect(formatter.event(labStart('b', 1))).toBe('');
    expect(formatter.event(checkEvent('b', check(1, { title: 'of b' })))).toBe('');
    expect(formatter.event(checkEvent('a', check(1, { title: 'of a' })))).toContain('of a');
    expect(formatter.event(labEnd('a', 'good'))).toContain('of b');
  });

  it('shows what was held back when a run ends early', () => {
    expect(
      human([labStart('a', 1), labStart('b', 1), checkEvent('b', check(1, { title: 'of b' }))]),
    ).toContain('of b');
  });

  it('shows commands and steps as they could be typed, only when asked', () => {
    const events: Event[] = [
      {
        type: 'command',
        lab: 'a',
        namespace: 'node1',
        argv: ['ip', 'route', 'replace', 'default', 'via', '10.0.0.1'],
        exitCode: 0,
        durationMs: 1,
      },
      {
        type: 'command',
        lab: 'a',
        argv: ['ip', '-batch', '-'],
        input: 'link add br0 type bridge\n',
        exitCode: 1,
        durationMs: 1,
      },
      { type: 'step', lab: 'a', step: 'links', detail: '9 veth pairs', durationMs: 41 },
    ];
    expect(human(events)).toBe('');
    expect(human(events, { verbose: true })).toBe(`\
# in node1: ip route replace default via 10.0.0.1
# ip -batch - <<'END'
link add br0 type bridge
END
# exit code 1
# links: 9 veth pairs  41 ms
`);
  });

  it('lets no text from outside reach the terminal as more than text', () => {
    const { events } = awkwardRun();
    expect(human(events, { verbose: true })).not.toMatch(
      /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069\u2028\u2029]|\p{Cs}/u,
    );
    // With colours, nothing but the colours that it chose itself.
    const coloured = human(events, { verbose: true, colour: true });
    // eslint-disable-next-line no-control-regex
    expect(coloured.replaceAll(/\x1b\[\d+m/g, '')).not.toMatch(/[^\P{Cc}\n\t]/u);
  });

  it('is ASCII where the locale has nothing else', () => {
    expect(human(awkwardRun().events, { unicode: false, verbose: true })).toMatch(/^[\x20-\x7e\n\t]*$/);
  });

  it('keeps long texts short, and says so', () => {
    const text = human([
      checkEvent(
        'a',
        check(1, {
          title: 'x'.repeat(100_000),
          verdict: 'fail',
          got: Array.from({ length: 5000 }, (_, row) => `row ${row}`),
        }),
      ),
    ]);
    expect(text.length).toBeLessThan(5_000);
    expect(text).toContain('(99000 more characters)');
    expect(text).toContain('(4940 more lines)');
  });

  it('leaves nothing of the progress line on a terminal', () => {
    const events: Event[] = [
      { type: 'step', lab: 'a', step: 'links', durationMs: 4 },
      { type: 'progress', lab: 'a', doing: 'setting them up', count: { done: 11, of: 1081 } },
      { type: 'step', lab: 'a', step: 'agents', durationMs: 4 },
      labStart('a', 2),
      checkEvent('a', check(1)),
      { type: 'step', lab: 'b', step: 'links', durationMs: 4 },
      checkEvent('a', check(2, { verdict: 'fail', got: ['x'] })),
      labEnd('a', 'failed'),
      labStart('b', 0),
      labEnd('b', 'good'),
      runEnd,
    ];
    const onTerminal = human(events, { progress: { columns: 80 }, colour: true });
    expect(onTerminal).toContain('1 of 2 checks');
    expect(onTerminal).toContain('a: setting them up, 11 of 1081');
    expect(human(events)).not.toContain('setting');
    expect(screen(onTerminal)).toEqual(human(events).split('\n'));
  });
});

describe('the look of the human view', () => {
  const terminal = { isTTY: true, columns: 100 };

  it.each([
    ['on a terminal', {}, terminal, true],
    ['in a pipe', {}, {}, false],
    ['on a terminal with NO_COLOR', { NO_COLOR: '1' }, terminal, false],
    ['on a terminal with an empty NO_COLOR', { NO_COLOR: '' }, terminal, true],
    ['on a dumb terminal', { TERM: 'dumb' }, terminal, false],
    ['in a pipe with FORCE_COLOR', { FORCE_COLOR: '1' }, {}, true],
    ['in a pipe with FORCE_COLOR and NO_COLOR', { FORCE_COLOR: '', NO_COLOR: '1' }, {}, true],
    ['on a terminal with FORCE_COLOR=0', { FORCE_COLOR: '0' }, terminal, false],
  ])('%s', (_where, env, stream, colour) => {
    expect(look(env, stream).colour).toBe(colour);
  });

  it.each([
    [{ LANG: 'C.UTF-8' }, true],
    [{ LANG: 'en_US.utf8' }, true],
    [{ LANG: 'C' }, false],
    [{}, false],
    [{ LANG: 'C.UTF-8', LC_ALL: 'POSIX' }, false],
    [{ LANG: 'C', LC_CTYPE: 'de_DE.UTF-8' }, true],
    [{ LC_ALL: '', LANG: 'C.UTF-8' }, true],
  ])('with the locale %o prints more than ASCII: %s', (env, unicode) => {
    expect(look(env, terminal).unicode).toBe(unicode);
  });

  it('shows progress only where a line can be erased', () => {
    expect(look({}, terminal).progress).toEqual({ columns: 100 });
    expect(look({}, {}).progress).toBeUndefined();
    expect(look({ TERM: 'dumb' }, terminal).progress).toBeUndefined();
  });
});

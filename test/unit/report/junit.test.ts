import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { junitFormatter } from '../../../src/report/junit.ts';
import type { Event } from '../../../src/run/event.ts';
import { awkwardRun, check, checkEvent, labEnd, labStart } from './awkward.ts';

function junit(events: Event[], verbose = false): string {
  const formatter = junitFormatter({ now: () => new Date('2024-05-01T09:30:00.125Z'), verbose });
  const early = events.map((event) => formatter.event(event)).join('');
  expect(early).toBe('');
  return formatter.end();
}

interface Node {
  tag: string;
  attributes: Record<string, string>;
  text: string;
  children: Node[];
}

const hasPython = spawnSync('python3', ['-c', 'import xml.etree.ElementTree']).status === 0;
const withXmlParser = hasPython ? it : it.skip;

/** The document as python's expat-based parser reads it: it refuses what is not well-formed XML 1.0. */
function parsed(xml: string): Node {
  const script = [
    'import sys, json, xml.etree.ElementTree as tree',
    'def plain(e): return {"tag": e.tag, "attributes": e.attrib, "text": e.text or "", "children": [plain(c) for c in e]}',
    'print(json.dumps(plain(tree.fromstring(sys.stdin.buffer.read()))))',
  ].join('\n');
  const { stdout, stderr } = spawnSync('python3', ['-c', script], {
    input: xml,
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Node;
}

function all(node: Node, tag: string): Node[] {
  return [...(node.tag === tag ? [node] : []), ...node.children.flatMap((child) => all(child, tag))];
}

/** Every count attribute is the number of elements below it that it speaks of. */
function expectCountsToAgree(root: Node): void {
  for (const node of [...all(root, 'testsuites'), ...all(root, 'testsuite')]) {
    const { tests, failures, errors, skipped } = node.attributes;
    const found = {
      tests: String(all(node, 'testcase').length),
      failures: String(all(node, 'failure').length),
      errors: String(all(node, 'error').length),
      skipped: String(all(node, 'skipped').length),
    };
    expect({ tests, failures, errors, skipped: skipped ?? found.skipped }).toEqual(found);
    expect(node.attributes['time']).toMatch(/^\d+\.\d+$/);
  }
}

describe('JUnit XML', () => {
  withXmlParser('has a testsuite for each lab and a testcase for each check, and its counts agree', () => {
    const root = parsed(
      junit([
        labStart('a', 4),
        labStart('b', 1),
        checkEvent('a', check(1)),
        checkEvent('b', check(1, { verdict: 'skip', reason: 'no SCTP' })),
        checkEvent('a', check(2, { verdict: 'fail', want: ['w'], got: ['g1', 'g2'], evidence: ['e'] })),
        checkEvent('a', check(3, { verdict: 'xfail', reason: 'kernel bug' })),
        labEnd('b', 'skipped'),
        labEnd('a', 'failed'),
        labEnd('c', 'not-built', 'RTNETLINK answers: File exists\nthe line was: link add'),
        { type: 'run-end', exitCode: 3, durationMs: 1234.5 },
      ]),
    );
    expectCountsToAgree(root);
    expect(root.attributes).toMatchObject({ tests: '5', failures: '1', errors: '1', time: '1.234' });
    expect(root.children.map((suite) => suite.attributes['name'])).toEqual(['a', 'b', 'c']);
    expect(all(root, 'testcase').map((one) => [one.attributes['classname'], one.attributes['name']])).toEqual(
      [
        ['a', 'check 1'],
        ['a', 'check 2'],
        ['a', 'check 3'],
        ['b', 'check 1'],
        ['c', 'build'],
      ],
    );
    const [failure] = all(root, 'failure');
    expect(failure).toMatchObject({ attributes: { message: 'g1', type: 'ping' } });
    expect(failure?.text).toBe('want:\n  w\ngot:\n  g1\n  g2\nevidence:\n  e');
    expect(all(root, 'error')[0]).toMatchObject({
      attributes: { message: 'RTNETLINK answers: File exists' },
      text: 'RTNETLINK answers: File exists\nthe line was: link add',
    });
    expect(all(root, 'skipped').map((one) => one.attributes)).toEqual([
      { message: 'kernel bug', type: 'xfail' },
      { message: 'no SCTP', type: 'skip' },
    ]);
  });

  withXmlParser('has times in decimal seconds and time stamps without a zone', () => {
    const root = parsed(
      junit([
        checkEvent('a', check(1, { durationMs: 0.0000001 })),
        checkEvent('a', check(2, { durationMs: 61_234 })),
        labEnd('a', 'good'),
      ]),
    );
    expect(all(root, 'testcase').map((one) => one.attributes['time'])).toEqual(['0.000', '61.234']);
    expect(all(root, 'testsuite')[0]?.attributes['timestamp']).toBe('2024-05-01T09:30:00');
  });

  withXmlParser('names the files that belong to a failure', () => {
    const files = { evidenceDirectory: '/tmp/evidence/3', attachments: ['node1-eth0.pcap', 'routes.txt'] };
    const root = parsed(junit([checkEvent('a', check(1, { verdict: 'fail', ...files }))]));
    expect(all(all(root, 'testcase')[0] as Node, 'system-out')[0]?.text.split('\n')).toEqual([
      '[[ATTACHMENT|/tmp/evidence/3/node1-eth0.pcap]]',
      '[[ATTACHMENT|/tmp/evidence/3/routes.txt]]',
    ]);
  });

  withXmlParser.each([
    ['is good without checks', [labStart('a', 0), labEnd('a', 'good')], 'build', undefined],
    ['was skipped', [labEnd('a', 'skipped', 'no vxlan')], 'build', 'skipped'],
    ['has a wrong lab file', [labEnd('a', 'invalid', 'lab.yaml:1:1')], 'lab file', 'error'],
    ['was interrupted', [labStart('a', 3), labEnd('a', 'interrupted', 'SIGINT')], 'interrupted', 'error'],
    ['failed without a failed check', [labStart('a', 0), labEnd('a', 'failed', 'odd')], 'checks', 'error'],
    ['never finished', [labStart('a', 2)], 'did not finish', 'error'],
  ] as [string, Event[], string, string | undefined][])(
    'shows a lab that %s as one testcase',
    (_what, events, name, result) => {
      const root = parsed(junit(events));
      expectCountsToAgree(root);
      const cases = all(root, 'testcase');
      expect(cases.map((one) => one.attributes['name'])).toEqual([name]);
      expect(cases[0]?.children.map((child) => child.tag)).toEqual(result === undefined ? [] : [result]);
    },
  );

  withXmlParser('is well-formed and counts right whatever the texts are, and stays small', () => {
    const { events, counts } = awkwardRun();
    const xml = junit(events, true);
    const root = parsed(xml);
    expectCountsToAgree(root);
    expect(all(root, 'testcase')).toHaveLength(counts.pass + counts.fail + counts.skip + counts.xfail);
    expect(all(root, 'failure')).toHaveLength(counts.fail);
    expect(all(root, 'skipped')).toHaveLength(counts.skip + counts.xfail);
    for (const text of [...all(root, 'failure'), ...all(root, 'system-out')].map((node) => node.text)) {
      expect(text.length).toBeLessThan(66_000);
    }
    expect(xml).not.toMatch(/[^\P{Cc}\n]|\p{Cs}|[\ufffe\uffff]/u);
    const names = all(root, 'testcase').map((one) => one.attributes['name']);
    expect(names).toContain(String.raw`\x1b[31mred\x1b]0;title\x07\x1b[2J\x9b31m`);
    expect(names).toContain('before ]]> after');
  });

  it('of nothing is still a report', () => {
    expect(junit([])).toContain(
      '<testsuites name="wirelab" tests="0" failures="0" errors="0" time="0.000"/>',
    );
  });
});

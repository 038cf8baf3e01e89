import { describe, expect, test } from 'vitest';
import { changes } from '../../../src/kernel/change.ts';
import { optionDifferences, turnBack, turnedOptions } from '../../../src/kernel/link-option.ts';
import { isOfIptables, nftFamilyNumber, parseNftTable } from '../../../src/kernel/nft-table.ts';
import { describeQdisc, parseQdisc, removeQdisc } from '../../../src/kernel/qdisc.ts';
import type { Row } from '../../../src/kernel/row.ts';
import { parseRule } from '../../../src/kernel/rule.ts';
import { parseSurvey, surveyJob } from '../../../src/kernel/survey.ts';

describe('a rule of policy routing reads as ip-rule(8) takes it', () => {
  test.each([
    [{ priority: 32766, src: 'all', table: 'main' }, 'from all lookup main'],
    [{ priority: 100, src: '10.0.0.0', srclen: 8, table: '100' }, 'from 10.0.0.0/8 lookup 100'],
    [
      { priority: 5, src: 'all', dst: '10.1.2.3', fwmark: '0x1', fwmask: '0xff', iif: 'eth0', table: '7' },
      'from all to 10.1.2.3 fwmark 0x1/0xff iif eth0 lookup 7',
    ],
    [{ priority: 9, not: null, src: '10.9.0.1', action: 'prohibit' }, 'not from 10.9.0.1 prohibit'],
  ])('%j', (json, text) => {
    expect(parseRule(json).text).toBe(text);
  });
});

test('qdiscs that a device has by itself, and those below others, are none', () => {
  const devices = new Map([[2, 'eth0']]);
  expect(parseQdisc(['2', 'ffffffff', 'noqueue'], devices)).toEqual([]);
  expect(parseQdisc(['2', '10001', 'pfifo'], devices)).toEqual([]);
  const texts = [
    ['2', 'ffffffff', 'tbf'],
    ['2', 'fffffff1', 'clsact'],
    ['2', 'fffffff1', 'ingress'],
  ].flatMap((fields) => parseQdisc(fields, devices).map((one) => [describeQdisc(one), removeQdisc(one)]));
  expect(texts).toEqual([
    ['qdisc tbf dev eth0 root', 'qdisc delete dev eth0 root'],
    ['qdisc dev eth0 clsact', 'qdisc delete dev eth0 clsact'],
    ['qdisc dev eth0 ingress', 'qdisc delete dev eth0 ingress'],
  ]);
});

test('tables of nftables are told by family and name (linux/netfilter.h)', () => {
  expect(parseNftTable(['1', 'own'])).toEqual({ family: 'inet', name: 'own' });
  expect(isOfIptables(parseNftTable(['2', 'nat']))).toBe(true);
  expect(isOfIptables(parseNftTable(['7', 'nat']))).toBe(false);
  expect(nftFamilyNumber('bridge')).toBe('7');
});

test('options of a link that somebody turned are seen and turned back; what this kernel does not show is none', () => {
  const turned = turnedOptions('port', { learning: false, flood: true, isolated: true });
  expect(turned).toEqual({ learning: 'off', isolated: 'on' });
  expect(optionDifferences(turned, 'port')).toEqual([
    'learning: want on, got off',
    'isolated: want off, got on',
  ]);
  expect(turnBack(turned, 'port')).toBe('learning on isolated off');
  expect(turnedOptions('bridge', { stp_state: 1, ageing_time: 30000 })).toEqual({ stp_state: '1' });
});

test('a survey is asked for and read namespace by namespace', () => {
  const { input } = surveyJob([
    { namespace: '-', sysctls: ['net/ipv4/'], besides: false },
    { namespace: 'node1', sysctls: ['net/ipv4/ip_forward'], besides: true },
  ]);
  expect(input).toBe('- net/ipv4/\nnode1 net/ipv4/ip_forward qdiscs nft legacy\n');
  const found = parseSurvey('= -\ns net/ipv4/a\t1 2\n= node1\nq 2 ffffffff tbf\nt 2 nat\nl filter\n');
  expect(found.get('-')?.sysctls).toEqual([{ name: 'net/ipv4/a', value: '1 2' }]);
  expect(found.get('node1')).toEqual({
    sysctls: [],
    qdiscs: [['2', 'ffffffff', 'tbf']],
    nftTables: [['2', 'nat']],
    legacyTables: ['filter'],
  });
});

describe('what changed between two looks', () => {
  const row = (key: string, what: Row['what'] = 'right', live = key): Row => ({
    namespace: 'node1',
    kind: 'route',
    key,
    what,
    row: key,
    live,
    details: [],
  });

  test('rows appear, disappear and change; one that goes missing has disappeared', () => {
    const before = [row('a'), row('b'), row('c', 'right', 'c reachable'), row('d', 'missing')];
    const after = [
      row('a'),
      row('b', 'missing'),
      row('c', 'right', 'c stale'),
      row('d', 'missing'),
      row('e', 'foreign'),
    ];
    expect(changes(before, after).map(({ change, row: { live }, was }) => [change, live, was?.live])).toEqual(
      [
        ['disappeared', 'b', undefined],
        ['changed', 'c stale', 'c reachable'],
        ['appeared', 'e', undefined],
      ],
    );
    expect(changes(after, after)).toEqual([]);
  });

  test('a row that is there twice is two rows', () => {
    expect(changes([row('a')], [row('a'), row('a')])).toMatchObject([{ change: 'appeared' }]);
  });
});

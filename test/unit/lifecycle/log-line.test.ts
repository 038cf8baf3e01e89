import { describe, expect, it } from 'vitest';
import { inOrder, logLines, placeOfLog } from '../../../src/lifecycle/log-line.ts';

describe('whose log a file is', () => {
  const places = ['node1', 'web', 'shop.web', 'eb'];
  it.each([
    ['flanneld.node1.log', 'node1'],
    ['node1.log', 'node1'],
    ['nginx.shop.web.log', 'shop.web'],
    ['shop.web.log', 'shop.web'],
    ['nginx.web.log', 'web'],
    ['myweb.log', 'myweb'],
    ['agent.log', 'agent'],
    ['node1', undefined],
    ['.log', undefined],
  ])('%s: %s', (file, want) => expect(placeOfLog(file, places)).toBe(want));
});

describe('the lines of a log', () => {
  const of = (text: string) => logLines(text, { place: 'p', file: 'f', lastTime: '2026-01-01T00:00:00Z' });
  it('begin with their time, or have that of the one before', () => {
    expect(
      of('first\n2026-01-02T03:04:05.678Z one\n  goes on\n2026-01-02T03:04:06Z two').map(({ time, text }) => [
        time,
        text,
      ]),
    ).toEqual([
      ['2026-01-01T00:00:00Z', 'first'],
      ['2026-01-02T03:04:05.678Z', 'one'],
      ['2026-01-02T03:04:05.678Z', '  goes on'],
      ['2026-01-02T03:04:06Z', 'two'],
    ]);
  });
  it('keep as it is what only looks like a time', () => {
    for (const text of [
      '2026-99-99T00:00:00Z no day',
      '2026-01-02 03:04:05 no zone',
      '2026-01-02T03:04:05Zebra',
    ])
      expect(of(text)).toMatchObject([{ time: '2026-01-01T00:00:00Z', text }]);
  });
  it('of several places stand in order of time, those of one file in theirs', () => {
    const line = (place: string, second: number, text: string) => ({
      place,
      file: place,
      time: `2026-01-01T00:00:0${second}Z`,
      text,
    });
    const a = [line('a', 1, 'a1'), line('a', 5, 'a5'), line('a', 2, 'a2, late')];
    const b = [line('b', 2, 'b2'), line('b', 6, 'b6')];
    expect(inOrder([a, b]).map(({ text }) => text)).toEqual(['a1', 'b2', 'a5', 'a2, late', 'b6']);
  });
});

import { describe, expect, it } from 'vitest';
import { jsonFormatter } from '../../../src/report/json.ts';
import type { Event } from '../../../src/run/event.ts';
import { awkwardRun, check, checkEvent } from './awkward.ts';

const now = (): Date => new Date('2024-05-01T09:30:00.125Z');

function json(events: Event[], verbose = true): string {
  const formatter = jsonFormatter({ now, verbose });
  return events.map((event) => formatter.event(event)).join('') + formatter.end();
}

describe('JSON lines', () => {
  it('give each event back as it was, with the time of the clock', () => {
    const event = checkEvent('same-node', check(1, { verdict: 'fail', want: ['a'], got: ['b\tc'] }));
    expect(JSON.parse(json([event]))).toEqual({ time: '2024-05-01T09:30:00.125Z', ...event });
  });

  it('give every awkward text back unchanged, one event on each line, with nothing that a terminal would obey', () => {
    const { events } = awkwardRun();
    const text = json(events);
    expect(text.endsWith('\n')).toBe(true);
    const read = text
      .slice(0, -1)
      .split('\n')
      .map((line) => JSON.parse(line) as Event & { time?: string });
    for (const event of read) delete event.time;
    expect(read).toEqual(events);
    expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|\p{Cs}|[\u2028\u2029]/u);
  });

  it('never tell how far something has come, which is for a terminal', () => {
    const progress = { type: 'progress', lab: 'a', doing: 'x', count: { done: 1, of: 2 } } as const;
    expect(json([progress])).toBe('');
    expect(json([progress], true)).toBe('');
  });

  it('leave commands out unless they are asked for', () => {
    const { events } = awkwardRun();
    const types = json(events, false)
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as Event).type);
    expect(types).toEqual(events.map((event) => event.type).filter((type) => type !== 'command'));
  });
});

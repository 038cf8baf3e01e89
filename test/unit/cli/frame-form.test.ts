import { describe, expect, it } from 'vitest';
import { frameJson } from '../../../src/cli/frame-json.ts';
import { frameLines } from '../../../src/cli/frame-line.ts';
import type { Place } from '../../../src/lifecycle/capture-places.ts';
import type { ShownFrame } from '../../../src/lifecycle/capture-view.ts';
import { framesOf, type Frame } from '../packet/captures.ts';

const [first, second] = framesOf('pod') as [Frame, Frame];
const places: Place[] = ['node1/eth0', 'business-manager/eth0'].map((name) => {
  const [namespace = '', device = ''] = name.split('/');
  return { name, namespace, device, level: 0 };
});
const shown = (frame: Frame, place: number, direction: 'in' | 'out', nanoseconds: number): ShownFrame => ({
  ...frame,
  place: places[place]!.name,
  number: place,
  level: 0,
  direction,
  // 56 seconds behind a full minute
  seconds: 1_790_080_496,
  nanoseconds,
});
const frames = [shown(first, 1, 'out', 1_999), shown(second, 0, 'in', 250_000_000)];

describe('a line for each frame', () => {
  it('has its columns one below the other, and no colour where nobody sees it', () => {
    const form = frameLines({}, {}, {});
    form.begin(places, '');
    const [one = '', other = ''] = String(form.frames(frames)).split('\n');
    expect(one).toMatch(/^\d\d:\d\d:56\.000001 {2}business-manager\/eth0 {2}out {2}\S/);
    expect(other).toMatch(/^\d\d:\d\d:56\.250000 {2}node1\/eth0 {13}in {3}\S/);
  });

  it('counts from the first frame, if asked', () => {
    const form = frameLines({ relative: true }, {}, {});
    form.begin(places, '');
    const lines = String(form.frames(frames)).split('\n');
    expect(lines.map((line) => line.slice(0, 10))).toEqual(['  0.000000', '  0.249998', '']);
  });

  it('is coloured on a terminal', () => {
    const form = frameLines({}, { isTTY: true }, { TERM: 'xterm' });
    form.begin(places, '');
    expect(String(form.frames(frames))).toContain('\u001b[');
  });

  it('shows the name of a device and does not obey it', () => {
    const form = frameLines({}, {}, {});
    const odd = { ...frames[0]!, place: 'node1/\u001b[2J' };
    form.begin([{ ...places[0]!, name: odd.place }], '');
    expect(String(form.frames([odd]))).toContain('node1/\\x1b[2J');
  });
});

describe('an object for each frame', () => {
  it('has the time to the nanosecond, and everything that was decoded', () => {
    const [line = ''] = String(frameJson().frames(frames)).split('\n');
    expect(JSON.parse(line)).toMatchObject({
      time: new Date(1_790_080_496_000).toISOString().replace('.000Z', '.000001999Z'),
      place: 'business-manager/eth0',
      direction: 'out',
      lengthBytes: first.lengthBytes,
      capturedBytes: first.bytes.length,
      packet: JSON.parse(JSON.stringify(first.packet)) as object,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { FrameOrder } from '../../../src/capture/order.ts';

type Direction = 'in' | 'out';
const seen = (place: string, nanoseconds: number, direction: Direction = 'in', level = 0, seconds = 5) => ({
  place,
  seconds,
  nanoseconds,
  direction,
  level,
});
const places = (frames: { place: string }[]) => frames.map(({ place }) => place);

describe('frames of many places', () => {
  it('come out in the order of their stamps, whatever the order in which they were read', () => {
    const order = new FrameOrder<ReturnType<typeof seen>>();
    order.add(seen('node2/eth0', 300));
    order.add(seen('web/eth0', 100, 'out'));
    order.add(seen('node1/eth0', 200, 'out'));
    expect(places(order.until())).toEqual(['web/eth0', 'node1/eth0', 'node2/eth0']);
    expect(order.until()).toEqual([]);
  });

  it('wait until nothing older can come', () => {
    const order = new FrameOrder<ReturnType<typeof seen>>();
    order.add(seen('node2/eth0', 300));
    order.add(seen('web/eth0', 100, 'out'));
    expect(places(order.until({ seconds: 5, nanoseconds: 300 }))).toEqual(['web/eth0']);
    order.add(seen('node1/eth0', 200, 'out'));
    expect(places(order.until({ seconds: 5, nanoseconds: 301 }))).toEqual(['node1/eth0', 'node2/eth0']);
  });

  it('of a later second are later, whatever their nanoseconds', () => {
    const order = new FrameOrder<ReturnType<typeof seen>>();
    order.add(seen('second', 1, 'in', 0, 6));
    order.add(seen('first', 999_999_999));
    expect(places(order.until({ seconds: 6, nanoseconds: 0 }))).toEqual(['first']);
    expect(places(order.until())).toEqual(['second']);
  });

  // A bridge port hands the frame up with the stamp that it has.
  it('with one stamp come from the port before its bridge', () => {
    const order = new FrameOrder<ReturnType<typeof seen>>();
    order.add(seen('node1/docker0', 100, 'in', 1));
    order.add(seen('node1/veth1', 100));
    expect(places(order.until())).toEqual(['node1/veth1', 'node1/docker0']);
  });

  it('with one stamp were sent before they came', () => {
    const order = new FrameOrder<ReturnType<typeof seen>>();
    order.add(seen('node2/eth0', 100, 'in'));
    order.add(seen('node1/flannel.1', 100, 'out', 1));
    expect(places(order.until())).toEqual(['node1/flannel.1', 'node2/eth0']);
  });
});

import type { ShownFrame } from '../lifecycle/capture-view.ts';
import { describe } from '../packet/describe.ts';
import type { Stamp } from '../packet/pcapng.ts';
import { look, paint } from '../report/look.ts';
import { visible } from '../report/visible.ts';
import type { FrameForm } from './capture.ts';

/**
 * One line for each frame, in columns: local time, place, direction, and what it is.
 *
 *   13:10:25.123456  node1/eth0  out  IP 192.168.0.21.43210 > 192.168.0.22.8472: VXLAN vni 1: IP 172.30.76.7 > ...
 */
export function frameLines(
  { relative = false }: { relative?: boolean },
  terminal: { isTTY?: boolean; columns?: number },
  env: Record<string, string | undefined> = process.env,
): FrameForm {
  const colour = paint(look(env, terminal).colour);
  const clock = localTime();
  let width = 0;
  let first: Stamp | undefined;
  const line = (frame: ShownFrame): string => {
    first ??= frame;
    const time = relative ? sinceFirst(first, frame) : clock(frame);
    const direction = colour(frame.direction === 'out' ? 'yellow' : 'green', frame.direction.padEnd(3));
    const place = colour('bold', visible(frame.place).padEnd(width));
    return `${colour('dim', time)}  ${place}  ${direction}  ${describe(frame.packet, frame.lengthBytes)}\n`;
  };
  return {
    begin(places) {
      width = Math.max(...places.map(({ name }) => visible(name).length));
      return '';
    },
    frames: (frames) => frames.map(line).join(''),
    end: () => '',
  };
}

/** As tcpdump prints it. */
function localTime(): (stamp: Stamp) => string {
  let second = -1;
  let text = '';
  return ({ seconds, nanoseconds }) => {
    if (seconds !== second) {
      const date = new Date(seconds * 1000);
      text = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => digits(part, 2)).join(':');
      second = seconds;
    }
    return `${text}.${digits(Math.floor(nanoseconds / 1000), 6)}`;
  };
}

function sinceFirst(first: Stamp, { seconds, nanoseconds }: Stamp): string {
  const micros = (seconds - first.seconds) * 1e6 + Math.floor((nanoseconds - first.nanoseconds) / 1000);
  return (micros / 1e6).toFixed(6).padStart(10);
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0');
}

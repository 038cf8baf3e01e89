import { release, type } from 'node:os';
import {
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  sectionHeader,
  type Stamp,
} from '../packet/pcapng.ts';
import type { FrameForm } from './capture.ts';
import { version } from './project.ts';

/** A pcapng file: one interface for each place, each frame with its direction and nanoseconds, at the end what was seen and lost at each place. */
export function framePcapng(): FrameForm {
  let start: Stamp = now();
  return {
    begin(places, filter) {
      start = now();
      return Buffer.concat([
        sectionHeader(`wirelab ${version()}`, `${type()} ${release()}`),
        ...places.map(({ name, namespace, device, mac }) =>
          interfaceDescription({
            name,
            description: `${device} of ${namespace}${mac === undefined ? '' : `, ${mac}`}`,
            ...(mac === undefined ? {} : { mac }),
            ...(filter === '' ? {} : { filter }),
          }),
        ),
      ]);
    },
    frames: (frames) =>
      Buffer.concat(frames.map((frame) => enhancedPacket({ ...frame, interfaceId: frame.number }))),
    end({ counts }) {
      const end = now();
      return Buffer.concat(
        counts.map(({ seen, accepted, lost = 0 }, interfaceId) =>
          interfaceStatistics({ interfaceId, start, end, received: seen + lost, lost, accepted }),
        ),
      );
    },
  };
}

function now(): Stamp {
  const ms = Date.now();
  return { seconds: Math.floor(ms / 1000), nanoseconds: (ms % 1000) * 1e6 };
}

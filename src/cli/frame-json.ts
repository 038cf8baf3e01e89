import type { ShownFrame } from '../lifecycle/capture-view.ts';
import { describe } from '../packet/describe.ts';
import type { Packet } from '../packet/packet.ts';
import type { FrameForm } from './capture.ts';

/** One JSON object a line for each frame; `packet` has every field that was decoded, see src/packet/packet.ts. */
export function frameJson(): FrameForm {
  return {
    begin: () => '',
    frames: (frames) => frames.map((frame) => `${JSON.stringify(object(frame))}\n`).join(''),
    end: () => '',
  };
}

function object({ seconds, nanoseconds, place, direction, reception, ...frame }: ShownFrame): object {
  const { lengthBytes, bytes, packet } = frame;
  return {
    // ISO 8601 to the nanosecond.
    time: `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(nanoseconds).padStart(9, '0')}Z`,
    place,
    direction,
    ...(reception === undefined ? {} : { reception }),
    lengthBytes,
    capturedBytes: bytes.length,
    layers: layers(packet),
    text: describe(packet, lengthBytes),
    packet,
  };
}

/** From the outside inwards: ethernet, ip, udp, vxlan, ethernet, ip, icmp. */
function layers(packet: Packet): string[] {
  const names = (['ethernet', 'arp', 'ip', 'icmp', 'udp', 'tcp', 'vxlan'] as const).filter(
    (name) => packet[name] !== undefined,
  );
  return [...names, ...(packet.inner ? layers(packet.inner) : [])];
}

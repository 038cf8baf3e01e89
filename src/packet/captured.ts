import { decode } from './decode.ts';
import type { CapturedFrame } from './expectation.ts';
import type { Packet } from './packet.ts';
import { VXLAN_PORTS } from './vxlan.ts';

/** A captured frame decoded, with the lab's own VXLAN port beside the usual ones. */
export function packetOf({ bytes, lengthBytes, vxlanPort }: CapturedFrame): Packet {
  const vxlanPorts = vxlanPort === undefined ? VXLAN_PORTS : new Set([...VXLAN_PORTS, vxlanPort]);
  return decode(bytes, { lengthBytes, vxlanPorts });
}

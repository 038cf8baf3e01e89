import type { Vxlan } from './packet.ts';
import { after, shortage, u8, u16, u32, type Layer, type Region } from './region.ts';

/** Linux' own default of 2012 (used by flannel), and the port that IANA gave in 2013. */
export const VXLAN_PORTS: ReadonlySet<number> = new Set([8472, 4789]);

const I_FLAG = 0x08;
const G_FLAG = 0x80;

/** |flags 1|reserved 1|group policy id 2|VNI 3|reserved 1|inner Ethernet frame */
export function vxlanLayer(region: Region, port: number): Layer<Vxlan> {
  const short = shortage<Vxlan>('vxlan', region, 8);
  if (short) return short;
  const flags = u8(region, 0);
  const header: Vxlan = {
    port,
    vni: u32(region, 4) >>> 8,
    vniValid: (flags & I_FLAG) !== 0,
    flags,
    ...((flags & G_FLAG) !== 0 && { group: u16(region, 2) }),
  };
  return { header, rest: after(region, 8) };
}

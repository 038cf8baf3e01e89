import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decode } from '../../../src/packet/decode.ts';
import type { Packet } from '../../../src/packet/packet.ts';
import { parsePcap, type PcapFile, type PcapFrame } from '../../../src/packet/pcap.ts';

/** What the real kernel sent and received, see scripts/make-pcap-fixtures.sh. */
export const REAL = [
  'vxlan',
  'pod',
  'ipv6',
  'any',
  'raw',
  'multicast',
  'offload',
  'snaplen-130',
  'snaplen-60',
] as const;
/** Frames written by hand, and carried by the real kernel. */
export const CRAFTED = ['crafted', 'crafted-ipv6'] as const;

export interface Frame extends PcapFrame {
  linkType: number;
  packet: Packet;
  /** `vxlan.pcap frame 3` */
  name: string;
}

export function fixture(file: string): string {
  return fileURLToPath(new URL(`../../fixtures/pcap/${file}`, import.meta.url));
}

export function capture(name: string): PcapFile {
  return parsePcap(readFileSync(fixture(`${name}.pcap`)));
}

export function framesOf(...names: readonly string[]): Frame[] {
  return names.flatMap((name) => {
    const { frames, linkType } = capture(name);
    return frames.map((frame, index) => ({
      ...frame,
      linkType,
      packet: decode(frame.bytes, { linkType, lengthBytes: frame.lengthBytes }),
      name: `${name}.pcap frame ${index + 1}`,
    }));
  });
}

export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}

/** What a program prints. Its name is an argument, so that no tool takes it for a dependency of this project. */
export function printed(program: string, ...args: string[]): string {
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', LC_ALL: 'C.UTF-8', TZ: 'UTC' };
  const result = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28, env });
  if (result.status !== 0) throw new Error(`${program}: ${result.stderr}`);
  return result.stdout;
}

/** The packet and all that are inside it, outermost first. */
export function levelsOf(packet: Packet): Packet[] {
  return [
    packet,
    ...[packet.icmp?.embedded, packet.inner].flatMap((level) => (level ? levelsOf(level) : [])),
  ];
}

/** Bytes from hexadecimal digits; blanks are free. */
export function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(/\s+/g, ''), 'hex'));
}

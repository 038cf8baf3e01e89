import type { Tcp, TcpOption, TcpStart } from './packet.ts';
import { after, capturedLength, first, shortage, u8, u16, u32, type Layer, type Region } from './region.ts';

/** In the order in which tcpdump prints them. */
const FLAG_LETTERS: readonly (readonly [bit: number, letter: string])[] = [
  [0x001, 'F'],
  [0x002, 'S'],
  [0x004, 'R'],
  [0x008, 'P'],
  [0x010, '.'],
  [0x020, 'U'],
  [0x040, 'E'],
  [0x080, 'W'],
  [0x100, 'e'],
];

/** RFC 9293. */
export function tcpLayer(region: Region): Layer<Tcp> {
  const short = shortage<Tcp>('tcp', region, 20);
  if (short) return short;
  const headerLength = (u8(region, 12) >> 4) * 4;
  const flagBits = u16(region, 12) & 0x0fff;
  const header: Tcp = {
    sourcePort: u16(region, 0),
    destinationPort: u16(region, 2),
    seq: u32(region, 4),
    ack: u32(region, 8),
    headerLength,
    flagBits,
    flags: tcpFlags(flagBits),
    window: u16(region, 14),
    checksum: u16(region, 16),
    urgentPointer: u16(region, 18),
    options: tcpOptions(after(first(region, headerLength), 20)),
  };
  if (headerLength < 20)
    return { header, rest: after(region, 20), malformed: `tcp: header length ${headerLength}` };
  return { ...shortage<Tcp>('tcp options', region, headerLength), header, rest: after(region, headerLength) };
}

/** Undefined where not even eight bytes are there. */
export function tcpStart(region: Region): TcpStart | undefined {
  if (capturedLength(region) < 8) return undefined;
  return { sourcePort: u16(region, 0), destinationPort: u16(region, 2), seq: u32(region, 4) };
}

function tcpFlags(bits: number): string {
  const letters = FLAG_LETTERS.filter(([bit]) => (bits & bit) !== 0).map(([, letter]) => letter);
  return letters.length > 0 ? letters.join('') : 'none';
}

/** |0 end| |1 no operation| |kind 1|length 1|data|: those that are there in full. */
function tcpOptions(region: Region): TcpOption[] {
  const options: TcpOption[] = [];
  while (capturedLength(region) > 0) {
    const type = u8(region, 0);
    const length = type < 2 ? 1 : u8(region, 1);
    if (length < (type < 2 ? 1 : 2) || length > capturedLength(region)) break;
    options.push(tcpOption(first(region, length), type, length));
    if (type === 0) break;
    region = after(region, length);
  }
  return options;
}

function tcpOption(region: Region, type: number, length: number): TcpOption {
  if (type === 0) return { kind: 'eol' };
  if (type === 1) return { kind: 'nop' };
  if (type === 2 && length === 4) return { kind: 'mss', value: u16(region, 2) };
  if (type === 3 && length === 3) return { kind: 'wscale', value: u8(region, 2) };
  if (type === 4 && length === 2) return { kind: 'sackOK' };
  if (type === 5 && length > 2 && (length - 2) % 8 === 0)
    return {
      kind: 'sack',
      blocks: Array.from({ length: (length - 2) / 8 }, (_, i) => [
        u32(region, 2 + 8 * i),
        u32(region, 6 + 8 * i),
      ]),
    };
  if (type === 8 && length === 10) return { kind: 'TS', value: u32(region, 2), echo: u32(region, 6) };
  return { kind: 'other', type, length };
}

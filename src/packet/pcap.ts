/**
 * The classic capture file of tcpdump: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-03.html
 *
 *   |magic 4|major 2|minor 2|reserved 8|snap length 4|link type 4|
 *   |seconds 4|micro- or nanoseconds 4|captured length 4|length on the wire 4|bytes|  for each frame
 *
 * Byte order is that of the machine that wrote it; the magic number tells it, and the unit of the fractions.
 */
export interface PcapFile {
  /** LINKTYPE_*, see LINK_TYPE. */
  linkType: number;
  snapLengthBytes: number;
  /** Unit of the stamps as written. */
  precision: 'microseconds' | 'nanoseconds';
  byteOrder: 'little' | 'big';
  frames: PcapFrame[];
  /** The file ends within a record: which, and what is missing. The frames before it are complete. */
  truncated?: string;
  /** This is no such file, or a record of it makes no sense: why. The frames before that are good. */
  error?: string;
}

export interface PcapFrame {
  /** Seconds since the epoch; a double keeps about a quarter of a microsecond of them. */
  timeSeconds: number;
  /** The same exactly: whole seconds, and nanoseconds of the next. */
  seconds: number;
  nanoseconds: number;
  /** Length on the wire; `bytes` may be shorter. */
  lengthBytes: number;
  bytes: Uint8Array;
}

/** Those that decode() reads. https://www.tcpdump.org/linktypes.html */
export const LINK_TYPE = { ethernet: 1, raw: 101, linuxSll2: 276 } as const;

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
const PCAPNG = 0x0a0d0d0a;
/** libpcap's MAXIMUM_SNAPLEN: a longer record is a damaged one. */
const LONGEST_RECORD = 262_144;

/** Never throws, whatever the bytes. The frames' `bytes` are views of the given ones, not copies. */
export function parsePcap(bytes: Uint8Array): PcapFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const file: PcapFile = {
    linkType: LINK_TYPE.ethernet,
    snapLengthBytes: 0,
    precision: 'microseconds',
    byteOrder: 'little',
    frames: [],
  };
  if (bytes.length < 4) return { ...file, error: `not a pcap file: ${bytes.length} bytes` };
  const order = byteOrder(view);
  if (order === undefined) return { ...file, error: whatItIs(view.getUint32(0)) };
  if (bytes.length < 24) return { ...file, truncated: `the file header has ${bytes.length} of 24 bytes` };
  const little = order === 'little';
  const major = view.getUint16(4, little);
  if (major !== 2) return { ...file, error: `pcap version ${major}.${view.getUint16(6, little)}, not 2.4` };
  const precision = view.getUint32(0, little) === NANOSECONDS ? 'nanoseconds' : 'microseconds';
  return {
    linkType: view.getUint32(20, little) & 0xffff, // the upper half is about a frame check sequence
    snapLengthBytes: view.getUint32(16, little),
    precision,
    byteOrder: order,
    ...records(bytes, view, { little, nanosecondsPerUnit: precision === 'nanoseconds' ? 1 : 1000 }),
  };
}

function byteOrder(view: DataView): PcapFile['byteOrder'] | undefined {
  const isMagic = (word: number) => word === MICROSECONDS || word === NANOSECONDS;
  if (isMagic(view.getUint32(0, true))) return 'little';
  return isMagic(view.getUint32(0, false)) ? 'big' : undefined;
}

function whatItIs(magic: number): string {
  if (magic === PCAPNG) return 'a pcapng file, not a classic pcap file; `tcpdump -w` writes the latter';
  return `not a pcap file: it begins with 0x${magic.toString(16).padStart(8, '0')}`;
}

function records(
  bytes: Uint8Array,
  view: DataView,
  { little, nanosecondsPerUnit }: { little: boolean; nanosecondsPerUnit: number },
): Pick<PcapFile, 'frames' | 'truncated' | 'error'> {
  const frames: PcapFrame[] = [];
  let at = 24;
  while (at < bytes.length) {
    const name = `record ${frames.length + 1} at byte ${at}`;
    const left = bytes.length - at - 16;
    if (left < 0) return { frames, truncated: `${name}: ${left + 16} of 16 bytes of its header` };
    const captured = view.getUint32(at + 8, little);
    if (captured > LONGEST_RECORD) return { frames, error: `${name} claims ${captured} bytes` };
    if (captured > left) return { frames, truncated: `${name}: ${left} of ${captured} bytes` };
    const seconds = view.getUint32(at, little);
    const nanoseconds = view.getUint32(at + 4, little) * nanosecondsPerUnit;
    frames.push({
      timeSeconds: seconds + nanoseconds / 1e9,
      seconds,
      nanoseconds,
      lengthBytes: view.getUint32(at + 12, little),
      bytes: new Uint8Array(bytes.buffer, bytes.byteOffset + at + 16, captured),
    });
    at += 16 + captured;
  }
  return { frames };
}

/** A frame to be written; CapturedFrame and PcapFrame are such. */
export interface FrameToWrite {
  timeSeconds: number;
  lengthBytes: number;
  bytes: Uint8Array;
}

/** A capture file that tcpdump and Wireshark read: little endian, nanoseconds, Ethernet, the frames in the order given. */
export function pcapFile(frames: readonly FrameToWrite[]): Uint8Array {
  const file = new Uint8Array(24 + frames.reduce((sum, { bytes }) => sum + 16 + bytes.length, 0));
  const view = new DataView(file.buffer);
  view.setUint32(0, NANOSECONDS, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, LONGEST_RECORD, true);
  view.setUint32(20, LINK_TYPE.ethernet, true);
  let at = 24;
  for (const { timeSeconds, lengthBytes, bytes } of frames) {
    const nanoseconds = Math.round((timeSeconds % 1) * 1e9);
    view.setUint32(at, Math.floor(timeSeconds) + Math.floor(nanoseconds / 1e9), true);
    view.setUint32(at + 4, nanoseconds % 1e9, true);
    view.setUint32(at + 8, bytes.length, true);
    view.setUint32(at + 12, Math.max(lengthBytes, bytes.length), true);
    file.set(bytes, at + 16);
    at += 16 + bytes.length;
  }
  return file;
}

/**
 * A part of a frame that a layer has to itself: from `start` to where its own header says that it ends. Not all of it need be there:
 * `limit` is where the captured bytes end, or the packet around it, whichever comes first.
 *
 *   bytes  |....ethernet....|....ip....|....udp....|..data..|padding|
 *                           start                           end
 */
export interface Region {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly limit: number;
}

/** What one header gives: its fields (absent: it could not be read), what follows it, and what was wrong. */
export interface Layer<Header> {
  readonly header?: Header;
  readonly rest: Region;
  readonly truncated?: string;
  readonly malformed?: string;
}

/** As the headers say, bytes. */
export function claimedLength(region: Region): number {
  return Math.max(0, region.end - region.start);
}

/** How much of it is there, bytes. */
export function capturedLength(region: Region): number {
  return Math.max(0, Math.min(region.end, region.limit) - region.start);
}

/** What follows its first `count` bytes. */
export function after(region: Region, count: number): Region {
  return { ...region, start: Math.min(region.start + count, Math.max(region.start, region.end)) };
}

/** Its first `count` bytes, which may be more than there are. */
export function first(region: Region, count: number): Region {
  return { ...region, end: region.start + count, limit: Math.min(region.limit, region.end) };
}

/**
 * Why a header of `count` bytes cannot be read from the region: the headers before it leave no room (malformed), or the capture ended
 * (truncated). Undefined when it can.
 */
export function shortage<Header>(layer: string, region: Region, count: number): Layer<Header> | undefined {
  if (claimedLength(region) < count)
    return {
      rest: region,
      malformed: `${layer}: ${count} bytes needed, ${claimedLength(region)} left in the packet`,
    };
  if (capturedLength(region) < count)
    return { rest: region, truncated: `${layer}: ${count} bytes needed, ${capturedLength(region)} captured` };
  return undefined;
}

// The readers below count from the region's start. They are for bytes that shortage() has shown to be there; beyond them they read 0.

export function u8(region: Region, at: number): number {
  return region.bytes[region.start + at] ?? 0;
}

/** Network byte order, as everything here. */
export function u16(region: Region, at: number): number {
  return (u8(region, at) << 8) | u8(region, at + 1);
}

export function u32(region: Region, at: number): number {
  return u16(region, at) * 0x10000 + u16(region, at + 2);
}

/** A link-layer address: two hexadecimal digits for each byte, with colons. */
export function mac(region: Region, at: number, length = 6): string {
  return Array.from({ length }, (_, i) =>
    u8(region, at + i)
      .toString(16)
      .padStart(2, '0'),
  ).join(':');
}

export function ipv4Address(region: Region, at: number): string {
  return `${u8(region, at)}.${u8(region, at + 1)}.${u8(region, at + 2)}.${u8(region, at + 3)}`;
}

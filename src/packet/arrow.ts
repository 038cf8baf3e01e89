/** `source > destination`, as the keys `ip`, `outer`, `inner`, `ether`, `udp` and `tcp` of an expectation have it; `*` is anything. */
export interface Arrow {
  source: string;
  destination: string;
}

/** Undefined where the text is not of that form. */
export function parseArrow(text: string): Arrow | undefined {
  const [, source, destination] = /^\s*([^\s>]+)\s*>\s*([^\s>]+)\s*$/.exec(text) ?? [];
  return source === undefined || destination === undefined ? undefined : { source, destination };
}

export function renderArrow({ source, destination }: Arrow): string {
  return `${source} > ${destination}`;
}

/** Do both sides hold, once `normal` has brought them to one form? */
export function arrowHolds(want: Arrow, got: Arrow, normal: (side: string) => string): boolean {
  const holds = (wanted: string, seen: string) => wanted === '*' || normal(wanted) === normal(seen);
  return holds(want.source, got.source) && holds(want.destination, got.destination);
}

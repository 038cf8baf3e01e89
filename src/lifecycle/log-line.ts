/** A line that something of a lab has logged. */
export interface LogLine {
  /** The node or pod whose log it is; else what the file is called: `agent` for /var/log/agent.log. */
  place: string;
  /** Name of the file in the sandbox's /var/log. */
  file: string;
  /** ISO 8601: the line's own, or that of the one before it; where none has one, when the file was written last. */
  time: string;
  /** As it was written: whoever shows it has to make it visible. */
  text: string;
}

/**
 * Whose log a file is, by its name: `flanneld.node1.log` and `node1.log` are node1's. Names of pods may have dots: the longest fits.
 * Undefined: no log.
 */
export function placeOfLog(file: string, places: readonly string[]): string | undefined {
  const [, stem] = /^(.+)\.log$/.exec(file) ?? [];
  if (stem === undefined) return undefined;
  const fitting = places.filter((place) => stem === place || stem.endsWith(`.${place}`));
  return fitting.toSorted((a, b) => b.length - a.length)[0] ?? stem;
}

/** RFC 3339 in UTC, as the agent writes it, with or without a fraction. */
const timed = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)(?: |$)/;

/** Text of a log as lines. `lastTime` is that of the line before it. */
export function logLines(
  text: string,
  { place, file, lastTime }: { place: string; file: string; lastTime: string },
): LogLine[] {
  let time = lastTime;
  return text.split('\n').map((line) => {
    const [, own] = timed.exec(line) ?? [];
    if (own !== undefined && !Number.isNaN(Date.parse(own))) time = own;
    return { place, file, time, text: own === time ? line.slice(own.length).trimStart() : line };
  });
}

/** In order of time; lines of one file stay in theirs, whatever they say of the time. */
export function inOrder(logs: readonly (readonly LogLine[])[]): LogLine[] {
  return logs
    .flatMap((lines) => {
      let latestMs = 0;
      return lines.map((line) => ({ line, atMs: (latestMs = Math.max(latestMs, Date.parse(line.time))) }));
    })
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ line }) => line);
}

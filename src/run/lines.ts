import type { Readable } from 'node:stream';

/** The next line of a stream each time it is called; undefined once the stream has ended. */
export function lineReader(stream: Readable): () => Promise<string | undefined> {
  const lines: string[] = [];
  const waiting: ((line: string | undefined) => void)[] = [];
  let pending = '';
  let ended = false;
  const deliver = () => {
    while (waiting.length > 0 && (lines.length > 0 || ended)) waiting.shift()?.(lines.shift());
  };
  stream.setEncoding('utf8').on('data', (text: string) => {
    const parts = (pending + text).split('\n');
    pending = parts.pop() ?? '';
    lines.push(...parts);
    deliver();
  });
  stream.on('close', () => {
    ended = true;
    deliver();
  });
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      deliver();
    });
}

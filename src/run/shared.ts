/**
 * Makes one reading do for all who ask at about the same time. Who asks gets the result of a reading that begins after the question; at most one
 * is under way.
 */
export function shared<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () => {
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        const reading = read();
        running = reading;
        return reading;
      });
    return next;
  };
}

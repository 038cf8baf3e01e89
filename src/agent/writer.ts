import { startProcess, type LiveProcess } from '../run/process.ts';

/** A stream of `ip -batch` lines into the kernel. */
export interface Writer {
  write(line: string): void;
  /** The process that writes now. */
  pid(): number;
  /** Resolves, to its last words, when it has ended before anything was written to it: it cannot run here. */
  useless: Promise<string>;
}

/** Lines younger than this may have been lost with the process that was to write them. */
const RECENT_MS = 1_000;

/**
 * One long-lived `ip -batch`, since a process for each answer would cost more than the answer. It has two habits to live with: it remembers the
 * ifindex of a device for good, also when the device has been made anew, and it ends when the kernel refuses a neighbour (`exit(2)` in
 * ip/ipneigh.c, whatever -force says). So it is started again when it has ended, and gets once more what it may not have written.
 */
export function startWriter(prefix: readonly string[], onError: (words: string) => void): Writer {
  let child: LiveProcess;
  let recent: { line: string; at: number; again: boolean }[] = [];
  let useless: (words: string) => void = () => undefined;
  const writer: Writer = {
    write(line) {
      const at = performance.now();
      recent = [...recent.filter((entry) => entry.at > at - RECENT_MS), { line, at, again: false }];
      child.write(`${line}\n`);
    },
    pid: () => child.pid,
    useless: new Promise((resolve) => (useless = resolve)),
  };
  const start = () => {
    child = startProcess([...prefix, 'ip', '-force', '-batch', '-']);
    child.onError(onError);
    void child.ended.then(({ exitCode, stderr }) => {
      if (recent.length === 0)
        return useless(`ip -batch ended (${exitCode ?? 'by a signal'}) ${stderr.trim()}`);
      // Once: what is refused twice is refused.
      const lost = recent.filter((entry) => !entry.again && entry.at > performance.now() - RECENT_MS);
      recent = lost.map((entry) => ({ ...entry, again: true }));
      start();
      for (const { line } of recent) child.write(`${line}\n`);
    });
  };
  start();
  return writer;
}

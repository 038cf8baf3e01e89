import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { visible } from '../report/visible.ts';
import { Failure } from '../run/failure.ts';

/** Where a capture goes: standard output, or a file. */
export interface CaptureOutput {
  /** Throws Failure (usage) where it cannot be written. */
  open(): void;
  /** Whole pieces, at once. A promise: the reader is slow, and has had enough when it resolves. Throws Failure where the disk is full. */
  write(piece: string | Uint8Array): Promise<void> | undefined;
  close(): void;
  /** Aborted when nobody reads any more: `| head -3`. */
  gone: AbortSignal;
}

/** `file` as -w has it: absent or `-` is standard output. */
export function captureOutput(file: string | undefined): CaptureOutput {
  return file === undefined || file === '-' ? standardOutput(file === '-') : fileOutput(file);
}

function standardOutput(binary: boolean): CaptureOutput {
  const { stdout } = process;
  const gone = new AbortController();
  stdout.on('error', () => gone.abort());
  if (binary && stdout.isTTY) {
    throw new Failure('usage', 'a terminal cannot show a capture file: -w - is for a pipe', [
      'bin/lab capture flannel-vxlan node1/eth0 -w - | wireshark -k -i -',
    ]);
  }
  return {
    open: () => undefined,
    write(piece) {
      if (gone.signal.aborted || piece.length === 0 || stdout.write(piece)) return undefined;
      return drained(gone.signal);
    },
    close: () => undefined,
    gone: gone.signal,
  };
}

async function drained(signal: AbortSignal): Promise<void> {
  await once(process.stdout, 'drain', { signal }).catch(() => undefined);
}

/** Written at once, so that the file is whole up to the moment where somebody kills us. */
function fileOutput(file: string): CaptureOutput {
  let descriptor: number | undefined;
  const failure = (kind: Failure['kind'], error: unknown) =>
    new Failure(
      kind,
      `cannot write to ${visible(file)}: ${error instanceof Error ? error.message : String(error)}`,
    );
  return {
    open() {
      try {
        descriptor = openSync(file, 'w');
      } catch (error) {
        throw failure('usage', error);
      }
    },
    write(piece) {
      if (descriptor === undefined) return undefined;
      try {
        for (let rest = Buffer.from(piece); rest.length > 0;)
          rest = rest.subarray(writeSync(descriptor, rest));
      } catch (error) {
        throw failure('build', error);
      }
      return undefined;
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
    gone: new AbortController().signal,
  };
}

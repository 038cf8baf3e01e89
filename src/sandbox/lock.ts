import { createHash } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { stateDirectory } from './record.ts';

/**
 * One command at a time builds or removes a lab. The lock is an abstract UNIX socket (unix(7)): the kernel lets go of it when its owner ends,
 * however that happens, so there is no stale lock to break.
 */
export interface Lock extends AsyncDisposable {
  owner: string;
}

/** The lock, or who has it (`up, process 4711`). */
export async function lockLab(name: string, word: string): Promise<Lock | { busy: string }> {
  const directory = createHash('sha256').update(stateDirectory()).digest('hex').slice(0, 16);
  const path = `\0wirelab/${process.getuid?.()}/${directory}/${name}`;
  const owner = `${word}, process ${process.pid}`;
  const server = createServer((socket) => socket.end(owner));
  server.unref();
  const taken = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(true) : reject(error),
    );
    server.listen(path, () => resolve(false));
  });
  if (taken) return { busy: await whoHas(path) };
  return {
    owner,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function whoHas(path: string): Promise<string> {
  return new Promise((resolve) => {
    let words = '';
    const socket = connect(path);
    socket.setTimeout(500, () => socket.destroy());
    socket.on('data', (data) => (words += String(data)));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(words || 'another command'));
  });
}

import { Failure } from '../run/failure.ts';
import { startProcess } from '../run/process.ts';
import { until } from '../run/until.ts';
import { identityMap, unshareArguments, type IdentityMap } from './identity-map.ts';
import { programDirectory } from './layout.ts';
import { whyNoSandbox } from './permission.ts';
import { identify, isAlive, type ProcessIdentity } from './process.ts';

/**
 * The process that holds a lab: PID 1 of its namespaces (hold.pl), and the unshare(1) that started it. Until `keep` it dies with us, by end
 * of file on its standard input; after that it stays until somebody ends it.
 */
export interface Holder {
  /** PID 1 of the sandbox, as seen from here. */
  init: ProcessIdentity;
  /** unshare(1), which waits for it and takes it along when killed. */
  parent: ProcessIdentity;
}

export interface FreshHolder extends Holder {
  /** The lab is complete: from now on it outlives us. */
  keep(): Promise<void>;
}

/** Make a sandbox. Fails with `lacking` where this system does not allow it, and says why. */
export async function startHolder(): Promise<FreshHolder> {
  const map = identityMap();
  try {
    return await start(map);
  } catch (error) {
    // newuidmap missing, not setuid, or refused: a lab works with one mapped id as well, only tcpdump typed by hand does not.
    if (map === 'range') return await start('single').catch(explain);
    return explain(error);
  }
}

async function start(map: IdentityMap): Promise<FreshHolder> {
  const program = programDirectory();
  const child = startProcess(
    [
      'unshare',
      ...unshareArguments(map),
      'perl',
      `${program}/hold.pl`,
      program,
      map === 'root' ? 'root' : 'user',
    ],
    // Not in the directory that somebody stands in: its file system could not be unmounted as long as the lab is up.
    { detached: true, outlives: true, cwd: '/', env: { WIRELAB_ARCH: process.arch } },
  );
  const [word, pid] = ((await child.nextLine()) ?? '').split(' ');
  const init = word === 'ready' ? identify(Number(pid)) : undefined;
  const parent = identify(child.pid);
  if (!init || !parent) throw new Error((await child.ended).stderr.trim() || 'unshare ended without a word');
  child.letGo();
  return {
    init,
    parent,
    async keep() {
      child.write('keep\n');
      if ((await child.nextLine()) !== 'kept') throw new Error('the sandbox ended before it was complete');
      child.endInput();
    },
  };
}

function explain(error: unknown): never {
  const words = error instanceof Error ? error.message : String(error);
  const refused = /not permitted|denied|No space left|EPERM|EACCES/i.test(words);
  const { why, hints } = refused
    ? whyNoSandbox()
    : { why: '', hints: ['bin/lab doctor says what this machine lacks'] };
  throw new Failure(
    'lacking',
    `cannot make the namespaces of a lab: ${words}${why ? `\n${why}` : ''}`,
    hints,
  );
}

/** End the holder and with it everything in the sandbox; returns when the kernel has taken it away. Safe to repeat. */
export async function endHolder(holder: Holder): Promise<void> {
  for (const identity of [holder.init, holder.parent]) {
    if (isAlive(identity)) kill(identity.pid);
  }
  const gone = await until(() => (isAlive(holder.init) || isAlive(holder.parent) ? undefined : true), {
    timeoutMs: 10_000,
  });
  if (!gone)
    throw new Failure(
      'build',
      `the sandbox (process ${holder.init.pid}) does not end after SIGKILL: the kernel is stuck`,
    );
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in between.
  }
}

import { resolveName } from '../lab/resolve-name.ts';
import { runAttached } from '../run/attached.ts';
import { Failure } from '../run/failure.ts';
import { identityMap } from '../sandbox/identity-map.ts';
import { PROGRAM_INSIDE } from '../sandbox/layout.ts';
import { liveRecord, liveRecords, type LiveLab } from '../sandbox/record.ts';
import { openSession } from '../sandbox/session.ts';
import { holderOf } from './running.ts';

/**
 * Run a command in a node or pod of a running lab (`where` absent: in the lab's sandbox, where all of them can be seen), with our own terminal.
 * Returns its exit code as env(1) would: 125 own failure, 126 not executable, 127 not found, 128+n signal n. Throws Failure 'usage'.
 * What it leaves running ends with it.
 */
export async function enter(
  name: string,
  where: string | undefined,
  argv: readonly string[],
): Promise<number> {
  const live = await liveLab(name);
  const namespace = where === undefined ? '-' : resolveName(where, live.namespaces);
  await using session = await openSession(holderOf(live), { lab: name, emit: () => undefined });
  const who = identityMap() === 'root' ? 'root' : 'user';
  return await runAttached(
    [
      // Ctrl-C is the command's business, so it must not end nsenter, which waits for it. An ignored signal stays ignored across exec.
      ...['sh', '-c', 'trap "" INT QUIT; exec "$@"', 'sh'],
      ...[...session.inside(), 'perl', `${PROGRAM_INSIDE}/enter.pl`, namespace, who, ...argv],
    ],
    {
      env: { WIRELAB_ARCH: process.arch, WIRELAB_DIRECTORY: process.cwd() },
    },
  );
}

/** Throws Failure 'usage' when it is not running. */
export async function liveLab(name: string): Promise<LiveLab> {
  const live = await liveRecord(name);
  if (live) return live;
  const running = (await liveRecords()).map((lab) => lab.name);
  throw new Failure('usage', `${name} is not running`, [
    `bin/lab up ${name}`,
    running.length > 0 ? `running now: ${running.join(', ')}` : 'no lab is running now',
  ]);
}

/** An interactive shell there; its prompt says where. */
export function shell(name: string, where: string | undefined): Promise<number> {
  const prompt = where === undefined ? `[${name}] \\w # ` : `[\\h.${name}] \\w # `;
  return enter(name, where, [
    'env',
    `PS1=${prompt}`,
    `WIRELAB_LAB=${name}`,
    'bash',
    '--noprofile',
    '--norc',
    '-i',
  ]);
}

import type { Job } from '../run/job.ts';
import { PROGRAM_INSIDE } from '../sandbox/layout.ts';
import type { Session } from '../sandbox/session.ts';

/** As many processes as are worth while: the kernel's tables of different namespaces are read side by side. */
const READERS = 2;

/**
 * Links with addresses, routes and neighbours of many namespaces in a few processes instead of one each (src/inside/tables.pl); by name, in the words
 * of `ip -json -details -batch`. A namespace in which there is something out of the ordinary is not among them.
 */
export async function tablesAtOnce(
  session: Session,
  namespaces: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const share = Math.ceil(namespaces.length / READERS);
  const jobs = Array.from({ length: READERS }, (_, reader): Job => {
    const names = namespaces.slice(reader * share, (reader + 1) * share);
    return {
      argv: ['perl', `${PROGRAM_INSIDE}/tables.pl`],
      input: names.map((name) => `${name}\n`).join(''),
      env: { WIRELAB_ARCH: process.arch },
    };
  });
  const found = new Map<string, string>();
  for (const { stdout } of await session.all([jobs])) {
    const lines = stdout.split('\n');
    for (let at = 0; at + 3 < lines.length; at += 4)
      found.set(lines[at] ?? '', `${lines.slice(at + 1, at + 4).join('\n')}\n`);
  }
  return found;
}

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/run/command.ts';

/** An npm package, unpacked into a directory; what npm said where it cannot be had. */
export async function npmPackage(
  spec: string,
): Promise<AsyncDisposable & { directory: string; lacks?: string }> {
  const place = await mkdtemp(join(tmpdir(), 'wirelab-package-'));
  const directory = join(place, 'package');
  const dispose = { [Symbol.asyncDispose]: () => rm(place, { recursive: true }) };
  const got = await run(['npm', 'pack', spec, '--pack-destination', place, '--silent'], {});
  if (got.exitCode !== 0) return { ...dispose, directory, lacks: got.stderr.trim() };
  const [archive = ''] = await readdir(place);
  await run(['tar', '-xzf', join(place, archive), '-C', place], {});
  return { ...dispose, directory };
}

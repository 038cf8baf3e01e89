import { cp, mkdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

const checkout = join(import.meta.dirname, '../..');

/**
 * A checkout as somebody else would have it, made ready: what bin/lab needs to run, from one build. What happens to the checkout meanwhile does
 * not change it, and any user can read it.
 */
export async function copyProduct(target: string): Promise<void> {
  // Builds what is older than its source.
  await execa(join(checkout, 'bin/lab'), ['list']);
  const build = /'\.\/([^/]+)\//.exec(await readFile(join(checkout, 'dist/lab.cjs'), 'utf8'))?.[1];
  if (build === undefined) throw new Error('dist/lab.cjs names no build');
  await mkdir(join(target, 'node_modules'), { recursive: true, mode: 0o755 });
  for (const part of [
    'bin',
    'labs',
    'scripts',
    'src',
    'package.json',
    'package-lock.json',
    join('dist', build),
  ]) {
    await cp(join(checkout, part), join(target, part), { recursive: true });
  }
  for (const entry of ['lab.cjs', 'agent.cjs']) {
    await writeFile(join(target, 'dist', entry), `require('./${build}/${entry}');\n`);
  }
  // npm writes the one last, the build the other: both are newer than all else.
  await writeFile(join(target, 'node_modules/.package-lock.json'), '{}\n');
  await writeFile(join(target, 'dist/.stamp'), `${build}\n`);
  // Also newer than the Node that somebody installs, or makes a hard link of, meanwhile.
  const late = new Date(Date.now() + 86_400_000);
  await utimes(join(target, 'dist/.stamp'), late, late);
  await symlink(join(target, 'bin/lab'), join(target, 'lab'));
}

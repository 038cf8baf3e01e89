import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../src/run/command.ts';
import type { DebianRoot } from './debian-root.ts';

/** A Debian package made for a test. */
export interface LocalPackage {
  name: string;
  version: string;
  depends?: string;
  /** Executable files, by their path. */
  files?: Record<string, string>;
  /** Files and directories of this machine, by the path they get. */
  copies?: Record<string, string>;
  preinst?: string;
  postinst?: string;
}

/** Lets apt of this machine know these packages and prefer them to all others. */
export async function offerPackages(machine: DebianRoot, packages: readonly LocalPackage[]): Promise<void> {
  const repository = machine.path('/srv/repository');
  await rm(repository, { recursive: true, force: true });
  await mkdir(repository, { recursive: true });
  let index = '';
  for (const one of packages) {
    const control = `Package: ${one.name}
Version: ${one.version}
Architecture: ${process.arch === 'x64' ? 'amd64' : process.arch}
Multi-Arch: allowed
Maintainer: a test <test@localhost>
Description: a test
${one.depends === undefined ? '' : `Depends: ${one.depends}\n`}`;
    const file = `${one.name}.deb`;
    await build(one, control, join(repository, file));
    const bytes = await readFile(join(repository, file));
    const { size } = await stat(join(repository, file));
    const sum = createHash('sha256').update(bytes).digest('hex');
    index += `${control}Filename: ./${file}\nSize: ${size}\nSHA256: ${sum}\n\n`;
  }
  await writeFile(join(repository, 'Packages'), index);
  await writeFile(
    machine.path('/etc/apt/sources.list.d/test.list'),
    'deb [trusted=yes] file:/srv/repository ./\n',
  );
  const preferences = packages.map(
    ({ name, version }) => `Package: ${name}\nPin: version ${version}\nPin-Priority: 1001\n`,
  );
  await writeFile(machine.path('/etc/apt/preferences.d/test'), preferences.join('\n'));
  const got = await machine.run(['apt-get', 'update', '-qq']);
  if (got.exitCode !== 0) throw new Error(got.stderr);
}

async function build(one: LocalPackage, control: string, target: string): Promise<void> {
  const tree = await mkdtemp(join(tmpdir(), 'wirelab-package-'));
  try {
    await chmod(tree, 0o755);
    const scripts = { preinst: one.preinst, postinst: one.postinst };
    const files = {
      'DEBIAN/control': control,
      ...Object.fromEntries(Object.entries(scripts).map(([name, text]) => [`DEBIAN/${name}`, text])),
      ...one.files,
    };
    for (const [path, content] of Object.entries(files)) {
      if (content === undefined) continue;
      await mkdir(dirname(join(tree, path)), { recursive: true });
      await writeFile(join(tree, path), content, { mode: path === 'DEBIAN/control' ? 0o644 : 0o755 });
    }
    for (const [path, source] of Object.entries(one.copies ?? {})) {
      await cp(source, join(tree, path), { recursive: true });
    }
    const got = await run(['dpkg-deb', '--root-owner-group', '-Znone', '--build', tree, target], {});
    if (got.exitCode !== 0) throw new Error(got.stderr);
  } finally {
    await rm(tree, { recursive: true });
  }
}

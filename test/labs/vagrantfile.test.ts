import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../src/run/command.ts';

const checkout = join(import.meta.dirname, '../..');

describe('the Vagrantfile', () => {
  let home = '';
  beforeAll(async () => void (home = await mkdtemp(join(tmpdir(), 'wirelab-vagrant-'))));
  afterAll(async () => rm(home, { recursive: true, force: true }));

  // Without a provider, as no VM can be started by a test.
  const validate = (env: Record<string, string> = {}) =>
    run(['vagrant', 'validate', '--ignore-provider'], {
      cwd: checkout,
      env: {
        ...env,
        VAGRANT_HOME: home,
        VAGRANT_DOTFILE_PATH: join(home, 'state'),
        VAGRANT_CHECKPOINT_DISABLE: '1',
      },
      timeoutMs: 60_000,
    });

  const environments: Record<string, string>[] = [
    {},
    {
      WIRELAB_BOX: 'bento/ubuntu-24.04',
      WIRELAB_BOX_URL: 'file:///tmp/a.box',
      WIRELAB_MEMORY: '4096',
      WIRELAB_CPUS: '4',
    },
    { WIRELAB_SYNC: 'rsync' },
  ];
  for (const env of environments) {
    test(`is valid with ${JSON.stringify(env)}`, async ({ skip }) => {
      const got = await validate(env);
      skip(got.exitCode === 127, 'vagrant is not installed');
      expect(got, got.stdout + got.stderr).toMatchObject({ exitCode: 0 });
      expect(got.stdout).toContain('Vagrantfile validated successfully');
    });
  }

  test('says what is wrong with a number', async ({ skip }) => {
    const got = await validate({ WIRELAB_CPUS: 'two' });
    skip(got.exitCode === 127, 'vagrant is not installed');
    expect(got.exitCode).not.toBe(0);
    expect(got.stdout + got.stderr).toContain('WIRELAB_CPUS has to be a whole number from 1: two');
  });
});

// git for Windows turns line ends round by default.
test('a checkout on Windows has no carriage returns in what the VM runs, and no names that Windows forbids', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'wirelab-windows-'));
  try {
    const windows = ['-c', 'core.autocrlf=true', '-c', 'core.eol=crlf', '-c', 'core.symlinks=false'];
    const got = await run(['git', 'clone', '--quiet', ...windows, checkout, join(directory, 'clone')], {});
    expect(got, got.stderr).toMatchObject({ exitCode: 0 });
    const files = (await readdir(join(directory, 'clone'), { recursive: true, withFileTypes: true })).filter(
      (entry) => !entry.parentPath.includes('/clone/.git') && entry.isFile(),
    );
    expect(files.length).toBeGreaterThan(100);
    for (const { parentPath, name } of files.filter(({ name }) =>
      /\.(sh|ts|js|cjs|pl|pm|yaml)$|^(lab|run|Vagrantfile)$/.test(name),
    ))
      expect((await readFile(join(parentPath, name))).includes('\r\n'), name).toBe(false);
    const paths = files.map(({ parentPath, name }) => join(parentPath, name));
    expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(paths.length);
    expect(files.filter(({ name }) => /[<>:"|?*\\]|[ .]$/.test(name))).toEqual([]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

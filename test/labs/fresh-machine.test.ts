import { expect, test } from 'vitest';
import { debianRoot, debianRootLacks } from '../helpers/debian-root.ts';

const lacks = debianRootLacks();

// The whole promise: Debian 13 with only git, a fresh clone, one command.
test(
  'on a fresh Debian 13, one command makes ready, builds and proves each lab, as root and as an ordinary user',
  { timeout: 900_000 },
  async ({ skip }) => {
    skip(lacks !== undefined, lacks);
    await using machine = await debianRoot();
    const cwd = await machine.clone('student');

    const first = await machine.run(['bin/lab', 'flannel-vxlan'], { cwd, timeoutMs: 600_000 });
    expect(first.stdout + first.stderr).toContain('flannel-vxlan is running');
    expect(first).toMatchObject({ exitCode: 0 });
    expect(
      await machine.run(['npm', 'run', '--silent', 'lab', 'down', 'flannel-vxlan'], { cwd }),
    ).toMatchObject({
      exitCode: 0,
      stdout: 'flannel-vxlan is removed\n',
    });

    for (const user of ['root', 'student'] as const) {
      const all = await machine.run(['bin/lab', 'test', '--all'], { user, cwd, timeoutMs: 120_000 });
      expect(all, all.stdout).toMatchObject({ exitCode: 0, stderr: '' });
      expect(all.stdout).toMatch(/3 labs: \d+ passed in/);
    }
  },
);

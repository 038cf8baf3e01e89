import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../../src/run/command.ts';

const checkout = join(import.meta.dirname, '../../..');
const inScripts = readdirSync(join(checkout, 'scripts')).filter((name) => name.endsWith('.sh'));
const scripts = [
  'bin/lab',
  '.ci/run',
  'src/cli/completion.bash',
  ...inScripts.map((name) => `scripts/${name}`),
];

for (const script of scripts) {
  test(`shellcheck finds nothing in ${script}`, async ({ skip }) => {
    const got = await run(['shellcheck', '--external-sources', script], { cwd: checkout });
    skip(got.exitCode === 127, 'shellcheck is not installed');
    expect(got).toMatchObject({ exitCode: 0, stdout: '' });
  });
}

test('bin/lab --make-ready refuses what it does not know, with exit code 2', async () => {
  const got = await run(['bin/lab', '--make-ready', 'tests'], { cwd: checkout });
  expect(got).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: 'wirelab: --make-ready knows "test", "bench" and "system", not "tests"\n',
  });
});

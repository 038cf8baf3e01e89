import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../src/run/command.ts';

const checkout = join(import.meta.dirname, '../..');

// The oldest that is promised, and the current lines. The one that runs this is covered by its own `npm test`.
const versions = ['20.19.0', '24.21.0', '26.10.0'];

describe('the pure part of the suite', () => {
  for (const version of versions) {
    test(`passes on Node ${version}`, { timeout: 600_000 }, async ({ skip }) => {
      const fetched = await run(['sh', 'scripts/pinned-node.sh', version], { cwd: checkout });
      skip(fetched.exitCode === 4, fetched.stderr.trim());
      expect(fetched).toMatchObject({ exitCode: 0 });
      const node = fetched.stdout.trim();

      const { stdout } = await run([node, '--version'], {});
      expect(stdout.trim()).toBe(`v${version}`);
      const tests = await run(
        [node, 'node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', '--reporter=json', '--silent'],
        { cwd: checkout, env: { NODE_OPTIONS: '', VITEST: '' } },
      );
      const report = JSON.parse(tests.stdout.slice(tests.stdout.indexOf('{'))) as VitestReport;
      const failed = report.testResults.flatMap((file) => [
        ...(file.assertionResults.length === 0 && file.status === 'failed'
          ? [`${file.name}: ${file.message}`]
          : []),
        ...file.assertionResults.filter((one) => one.status === 'failed').map((one) => one.fullName),
      ]);
      expect(failed).toEqual([]);
      expect(report.numPassedTests).toBeGreaterThan(0);
      expect(tests.exitCode).toBe(0);
    });
  }
});

interface VitestReport {
  numPassedTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; fullName: string }[];
  }[];
}

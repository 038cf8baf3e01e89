// node scripts/test-summary.js <exit code of vitest> <its JSON report>
// Prints `N passed, N failed` (`, N skipped` when some were); exit code 1 when something failed.
import { readFileSync } from 'node:fs';

const [code, file] = process.argv.slice(2);
let suites = [];
try {
  suites = JSON.parse(readFileSync(file, 'utf8')).testResults;
} catch (error) {
  if (code === '0') throw error;
}

const count = { passed: 0, failed: 0, skipped: 0 };
for (const { assertionResults: tests, status } of suites) {
  // A file that could not be loaded has no tests; it counts as one that failed.
  if (tests.length === 0 && status === 'failed') count.failed += 1;
  for (const test of tests) count[test.status in count ? test.status : 'skipped'] += 1;
}
// So does a run that ended badly without a failed test: a crash, an error outside of any test.
if (code !== '0' && count.failed === 0) count.failed = 1;

const skipped = count.skipped === 0 ? '' : `, ${count.skipped} skipped`;
console.log(`${count.passed} passed, ${count.failed} failed${skipped}`);
process.exitCode = count.failed === 0 ? 0 : 1;

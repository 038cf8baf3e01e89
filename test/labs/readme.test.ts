import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { consoleSteps, outputDifference } from '../helpers/readme.ts';

const root = join(import.meta.dirname, '..', '..');
let state = '';

// Labs of these tests are recorded apart from what somebody may be running here.
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'wirelab-readme-'));
});
afterAll(async () => {
  await execa(join(root, 'bin/lab'), ['down', '--all'], { reject: false, env: { WIRELAB_STATE_DIR: state } });
  await rm(state, { recursive: true, force: true });
});

describe.each([
  'README.md',
  'labs/flannel-vxlan/README.md',
  'labs/flannel-vxlan-current/README.md',
  'labs/same-node/README.md',
])('%s tells the truth', (file) => {
  const steps = consoleSteps(readFileSync(join(root, file), 'utf8'));

  test('it has something to try', () => {
    expect(steps.length).toBeGreaterThan(3);
  });

  for (const { line, command, want } of steps) {
    test(`line ${line}: ${command}`, async () => {
      const result = await execa('sh', ['-c', command], {
        cwd: root,
        all: true,
        reject: false,
        timeout: 60_000,
        env: { WIRELAB_STATE_DIR: state, NO_COLOR: '1', npm_lifecycle_event: '' },
      });
      expect(outputDifference(want, result.all)).toBeUndefined();
      expect(result.exitCode).toBe(0);
    });
  }
});

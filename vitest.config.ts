import { defineConfig } from 'vitest/config';

// Three projects, from fast and rootless to slow and real:
//   unit    pure functions, no root, no kernel objects; runs on every supported Node
//   kernel  real namespaces in a sandbox; packets; kill -9
//   labs    whole labs through bin/lab, as a user types it
export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'kernel',
          // These machines are shared: a moment without CPU is no defect. vitest reports what passed only the second time.
          retry: 1,
          include: ['test/kernel/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'labs',
          retry: 1,
          include: ['test/labs/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});

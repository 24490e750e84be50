import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './summary-reporter.ts';

const root = resolve(import.meta.dirname, '..');

/** Unit tests beside the code, side by side; integration tests with real programs one file at a time. */
export default defineConfig({
  root,
  test: {
    teardownTimeout: 30_000,
    reporters: ['default', new SummaryReporter()],
    projects: [
      {
        root,
        test: {
          name: 'unit',
          include: ['src-*/**/*.test.{ts,tsx}', 'build/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        root,
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          globalSetup: resolve(import.meta.dirname, 'vitest.global-setup.ts'),
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Each file has the machine to itself: they measure media against the clock.
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './summary-reporter.ts';

const root = resolve(import.meta.dirname, '..');

/** Integration tests of which nothing is measured against the clock: settings, stores, files made after a call, looks. */
const UNHURRIED = [
  'test/{delivery-*,settings-cli,upload*,webhook}.test.ts',
  'test/{api-fuzz,packaged-updates,ui-bin,ui-progress,ui-trials,ui-fuzz,ui-look,ui-offline}.test.ts',
  'test/media-{composite,encoders,joins,kill,previews,streams}.test.ts',
  'test/support/{media-checks,stores}.test.ts',
];

/** What tests with real programs have in common. */
const real = {
  globalSetup: resolve(import.meta.dirname, 'vitest.global-setup.ts'),
  testTimeout: 300_000,
  hookTimeout: 300_000,
};

/** Unit tests beside the code and unhurried integration tests side by side; the others one file at a time. */
export default defineConfig({
  root,
  test: {
    globalSetup: resolve(import.meta.dirname, 'vitest.temp-folder.ts'),
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
          ...real,
          name: 'unhurried',
          include: UNHURRIED,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        root,
        test: {
          ...real,
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: UNHURRIED,
          // Each file has the machine to itself: they measure media against the clock.
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});

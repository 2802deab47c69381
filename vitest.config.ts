import { defineConfig } from 'vitest/config';

/** Tests about scale, long waits, broken deployments, documented commands, validation and `npm start`: `npm run test:slow`. */
export const SLOW = 'test/slow/**/*.test.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [SLOW],
    globalSetup: ['test/support/synth.ts'],
    setupFiles: ['test/support/setup.ts'],
    // Files of a worker share its modules and its local cloud (test/support/shared-cloud.ts).
    isolate: false,
    pool: 'forks',
    tags: [{ name: 'slow', description: 'Takes long; not part of `npm test`', timeout: 180_000 }],
    testTimeout: 20_000,
    maxWorkers: 3,
    // Most functions of a test run too briefly to profit from optimized code. Later versions have no such option.
    execArgv: process.version.startsWith('v20.') ? ['--interrupt-budget=4000000'] : [],
    hookTimeout: 60_000,
  },
});

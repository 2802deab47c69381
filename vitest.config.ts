import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/synth.ts'],
    testTimeout: 20_000,
    maxWorkers: 2,
    hookTimeout: 60_000,
  },
});

import { defineConfig, mergeConfig } from 'vitest/config';
import fast, { SLOW } from './vitest.config.ts';

const { test, ...rest } = fast;

// Most of these tests wait. Two files at a time use two cores, and their timeouts allow for that.
export default mergeConfig(
  rest,
  defineConfig({
    test: {
      ...test,
      include: [SLOW],
      exclude: [],
      globalSetup: ['test/support/synth.ts', 'test/support/synth-pages.ts'],
      maxWorkers: 2,
      // Its functions run long enough to profit from optimized code.
      execArgv: [],
      expect: { poll: { timeout: 10_000 } },
    },
  }),
);

import { defineConfig, mergeConfig } from 'vitest/config';
import fast, { SLOW } from './vitest.config.ts';

const { test, ...rest } = fast;

// One file at a time: these tests use all cores, and their timeouts assume that nothing else does.
export default mergeConfig(
  rest,
  defineConfig({
    test: { ...test, include: [SLOW], exclude: [], fileParallelism: false, expect: { poll: { timeout: 10_000 } } },
  }),
);

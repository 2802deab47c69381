import { defineConfig, mergeConfig } from 'vitest/config';
import fast, { SLOW } from './vitest.config.ts';

const { test, ...rest } = fast;

export default mergeConfig(rest, defineConfig({ test: { ...test, include: [SLOW], exclude: [] } }));

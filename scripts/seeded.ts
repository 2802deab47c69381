import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

/** Runs one slow test with a size and a seed. Each option becomes an environment variable, such as MACAW_FUZZ_SEED. */
const [name = '', ...args] = process.argv.slice(2);
const { values } = parseArgs({
  args,
  options: {
    inputs: { type: 'string' },
    messages: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    seeds: { type: 'string' },
    steps: { type: 'string' },
  },
});
const variables = Object.entries(values).map(([option, value]) => {
  if (!/^\d+$/.test(value)) throw new Error(`--${option} ${value}: expected a whole number`);
  return [`MACAW_${name}_${option}`.toUpperCase(), value];
});
const { status } = spawnSync(
  'node_modules/.bin/vitest',
  // What the test prints appears at once.
  ['run', `test/slow/${name}.test.ts`, '--config', 'vitest.slow.config.ts', '--disable-console-intercept'],
  { stdio: 'inherit', env: { ...process.env, ...Object.fromEntries(variables) } },
);
process.exitCode = status ?? 1;

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { inject } from 'vitest';

const MAIN = fileURLToPath(new URL('../../scripts/operator/main.ts', import.meta.url));

export interface Done {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Circumstances {
  /** The environment. It inherits only the search path for programs from the test. */
  readonly env?: Record<string, string>;
  /** The input of the operator at prompts. */
  readonly typed?: string;
}

const environment = (env: Record<string, string>) => ({
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
  ...env,
});

let bundled: Promise<string> | undefined;

/** The command as one bundled file, which loads ten times faster than its sources. */
async function bundle(): Promise<string> {
  const outfile = join(mkdtempSync(join(dirname(inject('assembly')), 'operator-')), 'main.mjs');
  await build({
    entryPoints: [MAIN],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  return outfile;
}

async function printed(
  { stdout, stderr }: { stdout: Readable; stderr: Readable },
  ended: Promise<unknown[]>,
): Promise<Done> {
  const text = { out: '', err: '' };
  stdout.on('data', (chunk) => {
    text.out += chunk;
  });
  stderr.on('data', (chunk) => {
    text.err += chunk;
  });
  const [[code]] = await Promise.all([ended, once(stdout, 'end'), once(stderr, 'end')]);
  return { code: Number(code), ...text };
}

/** A command that takes longer has failed. The test then shows what it printed. */
const LIMIT_MS = 60_000;

/** Runs the operator command in a thread with separate environment and streams. */
export async function run(args: readonly string[], { env = {}, typed = '' }: Circumstances = {}): Promise<Done> {
  bundled ??= bundle();
  const worker = new Worker(await bundled, {
    argv: [...args],
    env: environment(env),
    execArgv: [],
    // A thread whose input ends before it starts does not exit (Node.js 20).
    stdin: typed !== '',
    stdout: true,
    stderr: true,
  });
  worker.once('online', () => worker.stdin?.end(typed));
  const late = setTimeout(() => void worker.terminate(), LIMIT_MS);
  return printed(worker, once(worker, 'exit')).finally(() => clearTimeout(late));
}

/** Runs the command as a process, as `npm run macaw` does. */
export async function runProcess(args: readonly string[], { env = {}, typed = '' }: Circumstances = {}): Promise<Done> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], { env: environment(env) });
  child.stdin.end(typed);
  return printed(child, once(child, 'close'));
}

/** Commands for the local cloud at an origin. */
export function operator(system: { readonly origin: string }) {
  const local = (args: readonly string[], circumstances?: Circumstances) =>
    run([...args, '--local', system.origin], circumstances);
  return {
    run: local,

    /** The JSON output of a command that must succeed. */
    async json(...args: string[]) {
      const { code, out, err } = await local([...args, '--json']);
      if (code !== 0) throw new Error(`${code}: ${err}`);
      return JSON.parse(out);
    },
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
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
  /** The environment; nothing of the test's own but where programs are. */
  readonly env?: Record<string, string>;
  /** What the operator types when they are asked. */
  readonly typed?: string;
}

const environment = (env: Record<string, string>) => ({
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
  ...env,
});

let bundled: Promise<string> | undefined;

/** The command in one file, which loads ten times as fast as its sources do. */
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
  { stdin, stdout, stderr }: { stdin: Writable | null; stdout: Readable; stderr: Readable },
  typed: string,
  ended: Promise<unknown[]>,
): Promise<Done> {
  const text = { out: '', err: '' };
  stdout.on('data', (chunk) => {
    text.out += chunk;
  });
  stderr.on('data', (chunk) => {
    text.err += chunk;
  });
  stdin?.end(typed);
  const [[code]] = await Promise.all([ended, once(stdout, 'end'), once(stderr, 'end')]);
  return { code: Number(code), ...text };
}

/** Runs the operator's command in a thread that has an environment and streams of its own. */
export async function run(args: readonly string[], { env = {}, typed = '' }: Circumstances = {}): Promise<Done> {
  bundled ??= bundle();
  const worker = new Worker(await bundled, {
    argv: [...args],
    env: environment(env),
    execArgv: [],
    stdin: true,
    stdout: true,
    stderr: true,
  });
  return printed(worker, typed, once(worker, 'exit'));
}

/** Runs it as a process, as `npm run macaw` does. */
export async function runProcess(args: readonly string[], { env = {}, typed = '' }: Circumstances = {}): Promise<Done> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], { env: environment(env) });
  return printed(child, typed, once(child, 'close'));
}

/** Commands for the local cloud at an origin. */
export function operator(system: { readonly origin: string }) {
  const local = (args: readonly string[], circumstances?: Circumstances) =>
    run([...args, '--local', system.origin], circumstances);
  return {
    run: local,

    /** What a command that succeeds answers to programs. */
    async json(...args: string[]) {
      const { code, out, err } = await local([...args, '--json']);
      if (code !== 0) throw new Error(`${code}: ${err}`);
      return JSON.parse(out);
    },
  };
}

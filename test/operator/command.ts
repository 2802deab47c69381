import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

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

/** Runs the operator's command as a process. */
export async function run(args: readonly string[], { env = {}, typed = '' }: Circumstances = {}): Promise<Done> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true', ...env },
  });
  const printed = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    printed.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    printed.err += chunk;
  });
  child.stdin.end(typed);
  const [code] = await once(child, 'close');
  return { code, ...printed };
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

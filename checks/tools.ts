import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A registry that cannot be reached lets its clients try for long. */
const INSTALL_MS = 5 * 60_000;

/** A client cannot be checked on this machine, which is nobody's failure. */
export class Unavailable extends Error {}

/** A path in `checks/`. */
export function source(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** A path for what is installed or built here; Git ignores it, and it may be deleted at any time. */
export function cache(path: string): string {
  return source(`.cache/${path}`);
}

/** @throws Unavailable when there is no such tool, or a very old one */
export async function need(tool: string): Promise<void> {
  await run(tool, ['--version']).catch(() => {
    throw new Unavailable(`there is no ${tool} here whose --version can be asked`);
  });
}

/** Has a tool install something from its registry. @throws Unavailable with the tool's own complaint */
export async function install(tool: string, args: readonly string[]): Promise<void> {
  await run(tool, args, { timeout: INSTALL_MS }).catch((error: { stdout?: string; stderr?: string }) => {
    const lines = `${error.stderr ?? ''}\n${error.stdout ?? ''}`.split('\n');
    const complaint = lines.find((line) => /\berror\b/i.test(line)) ?? lines.find((line) => line !== '') ?? 'no answer';
    throw new Unavailable(`${basename(tool)} could not install it: ${complaint.trim()}`);
  });
}

/** Builds a program of ours, which has to work. */
export async function build(tool: string, args: readonly string[]): Promise<void> {
  await run(tool, args);
}

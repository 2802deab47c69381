import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod/mini';

const run = promisify(execFile);

/** The timeout of installations. Clients of an unreachable registry retry for a long time. */
const INSTALL_MS = 5 * 60_000;

/** A client cannot be checked on this machine. This is not a failure. */
export class Unavailable extends Error {}

/** A path in `checks/`. */
export function source(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** A path for installed or built files. Git ignores it, and you can delete it at any time. */
export function cache(path: string): string {
  return source(`.cache/${path}`);
}

/**
 * @param argument makes the tool print its version
 * @throws Unavailable if the tool does not exist or does not support the argument
 */
export async function need(tool: string, argument = '--version'): Promise<void> {
  await run(tool, [argument]).catch(() => {
    throw new Unavailable(`${tool} is not installed, or does not support ${argument}`);
  });
}

/** Installs packages with a tool. @throws Unavailable with the tool's error message */
export async function install(tool: string, args: readonly string[]): Promise<void> {
  await run(tool, args, { timeout: INSTALL_MS }).catch((error: { stdout?: string; stderr?: string }) => {
    const lines = `${error.stderr ?? ''}\n${error.stdout ?? ''}`.split('\n');
    const complaint = lines.find((line) => /\berror\b/i.test(line)) ?? lines.find((line) => line !== '') ?? 'no answer';
    throw new Unavailable(`${basename(tool)} could not install it: ${complaint.trim()}`);
  });
}

/** Builds a program of this project. @throws if the build fails */
export async function build(tool: string, args: readonly string[]): Promise<void> {
  await run(tool, args);
}

const Package = z.object({ version: z.string() });

/** The version of an npm package in a directory. */
export function packageVersion(directory: string): string {
  return Package.parse(JSON.parse(readFileSync(`${directory}/package.json`, 'utf8'))).version;
}

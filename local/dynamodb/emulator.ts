import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';

export interface Emulator {
  endpoint: URL;
  stop(): Promise<void>;
}

const EXECUTABLE = process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide';

const READY_MS = 10_000;

/** The URL of a DynamoDB-compatible server, for platforms without the bundled binary. */
const ENDPOINT_VARIABLE = 'MACAW_DYNAMODB_ENDPOINT';

/** It has no shell of that kind: there the emulator is not watched, and survives us if we are killed. */
const WINDOWS = process.platform === 'win32';

/**
 * Starts the emulator through a shell with a background watcher. The watcher waits for the end of a pipe that this
 * process holds open. So the emulator ends with this process, even after `kill -9`. It has its own process group,
 * because Ctrl-C must reach this process first: the shutdown can still need the database.
 */
const WATCHED = '(read -r _ <&3; kill -9 $$ 2>/dev/null) & exec "$@"';

/** Starts the emulator, unless there is one already: at an endpoint that is given, or that the environment names. */
export async function startEmulator(file: string | undefined, given?: URL): Promise<Emulator> {
  const external = given ?? process.env[ENDPOINT_VARIABLE];
  if (external) return { endpoint: new URL(external), stop: async () => {} };
  const binary = findBinary();
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const args = ['--host', '127.0.0.1', '-p', String(port), ...(file ? ['--db-path', file] : [])];
    const child = WINDOWS
      ? spawn(binary, args, { stdio: ['ignore', 'ignore', 'pipe'], windowsHide: true })
      : spawn('/bin/sh', ['-c', WATCHED, 'sh', binary, ...args], {
          stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
          detached: true,
        });
    let complaint = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-2000);
    });
    // The pipe only has to stay open. Ignore the error when the emulator ends.
    child.stdio[3]?.on('error', () => {});
    child.on('exit', () => child.stdio[3]?.destroy());
    if (await ready(child, port)) {
      return { endpoint: new URL(`http://127.0.0.1:${port}`), stop: () => stop(child) };
    }
    await stop(child);
    // Another process can take the port between the probe and the start of the emulator.
    if (attempt === 3) throw new Error(`The DynamoDB emulator did not start: ${complaint.trim()}`);
  }
}

function findBinary(): string {
  try {
    const require = createRequire(import.meta.url);
    const description = require.resolve(`@dynoxide/${process.platform}-${process.arch}/package.json`);
    const binary = join(dirname(description), EXECUTABLE);
    if (existsSync(binary)) return binary;
  } catch {
    // Not installed: npm installs the package only on its platform.
  }
  const directories = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const built = directories.map((directory) => join(directory, EXECUTABLE)).find((path) => existsSync(path));
  if (built) return built;
  throw new Error(
    `No DynamoDB emulator for ${process.platform} ${process.arch} found. Build it (cargo install dynoxide-rs), or start a ` +
      `DynamoDB-compatible server (for example Amazon's DynamoDB Local) and set ${ENDPOINT_VARIABLE} to its URL, such as ` +
      'http://127.0.0.1:8000',
  );
}

async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    probe.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = probe.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function ready(child: ChildProcess, port: number): Promise<boolean> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    } finally {
      socket.destroy();
    }
  }
  return false;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), 2000);
  await exited;
  clearTimeout(insist);
}

import { mkdtempSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import { afterAll, inject, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type Cloud, type CloudOptions, type LogEntry, startCloud } from '../../local/cloud.ts';

/** A directory that is deleted when the whole run ends. */
export function temporaryDirectory(): string {
  return mkdtempSync(join(dirname(inject('assembly')), 'fixture-'));
}

const bundles = new Map<string, string>();

/** The handlers of a file with the SDK inside, in one folder for all functions. */
function bundleOf(file: string): string {
  const known = bundles.get(file);
  if (known) return known;
  const bundle = temporaryDirectory();
  bundles.set(file, bundle);
  buildSync({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    outfile: join(bundle, 'index.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    minify: true,
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  return bundle;
}

/** A function of the fixture that runs one of `handlers.ts`, or of another file of handlers. */
export function fixtureFunction(
  stack: Stack,
  id: string,
  handler: string,
  props: Partial<lambda.FunctionProps> = {},
  file = './handlers.ts',
): lambda.Function {
  return new lambda.Function(stack, id, {
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: `index.${handler}`,
    code: lambda.Code.fromAsset(bundleOf(file)),
    memorySize: 256,
    ...props,
  });
}

/** Synthesizes stacks into a directory of its own. */
export function synthesize(define: (stack: Stack, app: App) => void): string {
  const outdir = temporaryDirectory();
  const app = new App({ outdir, analyticsReporting: false });
  define(new Stack(app, 'Test'), app);
  app.synth();
  return outdir;
}

export interface Running {
  cloud: Cloud;
  /** Everything that was logged so far. */
  log: LogEntry[];
  /** The JSON objects that functions printed under a key, such as `{"gone": …}`. */
  printed(key: string): unknown[];
}

type Options = Omit<CloudOptions, 'assembly' | 'log'>;

/** A running cloud that is stopped when the test ends. */
export async function run(assembly: string, options: Options = {}): Promise<Running> {
  const running = await start(assembly, options);
  onTestFinished(() => running.cloud.stop());
  return running;
}

/**
 * One cloud for many tests of a file, because a start takes longer than most tests.
 * @returns what each test calls first: it ends the connections of earlier tests and empties the log
 */
export function runOnce(assembly: string, options: Options = {}): () => Promise<Running> {
  let started: Promise<Running> | undefined;
  afterAll(async () => {
    await (await started)?.cloud.stop();
  });
  return async () => {
    started ??= start(assembly, options);
    const { cloud, log } = await started;
    for (const id of cloud.connections()) cloud.drop(id);
    await cloud.settled();
    log.length = 0;
    return started;
  };
}

async function start(assembly: string, options: Options): Promise<Running> {
  const log: LogEntry[] = [];
  const cloud = await startCloud({ assembly, retryDelayMs: () => 1, ...options, log: (entry) => log.push(entry) });
  const printed = (key: string): unknown[] =>
    log
      .flatMap((entry) => (entry.kind === 'output' && entry.stream === 'stdout' ? entry.text.split('\n') : []))
      .filter((line) => line.startsWith(`{"${key}":`))
      .map((line) => JSON.parse(line)[key]);
  return { cloud, log, printed };
}

export interface Client {
  socket: WebSocket;
  /** The next message, or one that has come already. */
  next(): Promise<string>;
  closed: Promise<{ code: number; reason: string }>;
}

/** Connects a stock WebSocket client; rejects with the status when it is not let in. */
export async function connect(cloud: Cloud, query = 'user=ann'): Promise<Client> {
  const socket = new WebSocket(`${cloud.origin.replace('http', 'ws')}/live?${query}`, { perMessageDeflate: false });
  const messages: string[] = [];
  const waiting: ((message: string) => void)[] = [];
  socket.on('message', (data) => {
    const waiter = waiting.shift();
    if (waiter) waiter(String(data));
    else messages.push(String(data));
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('unexpected-response', (_request, response) => reject(new Error(`status ${response.statusCode}`)));
    socket.on('error', reject);
  });
  return {
    socket,
    closed,
    next: () => {
      const message = messages.shift();
      return message !== undefined ? Promise.resolve(message) : new Promise((resolve) => waiting.push(resolve));
    },
  };
}

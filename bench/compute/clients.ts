import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { ENV } from '../../functions/shared/constants.ts';
import type { ClientCpu } from './in-turns.ts';

const Measured = z.object({ sdk: z.number(), own: z.number() });

interface Plan {
  readonly rounds: number;
  /** Calls of each client in a round. */
  readonly calls: number;
}

const CREDENTIALS = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIATEST',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token'.repeat(100),
};

/** Measures posts to connections, over TLS, against a server in another process. */
export async function measurePosts(plan: Plan): Promise<ClientCpu> {
  const server = child('./server.ts', {});
  try {
    const [address] = await once(server, 'message');
    const { port } = z.object({ port: z.number() }).parse(address);
    return await resultOf('./poster.ts', plan, {
      [ENV.callbackUrl]: `https://127.0.0.1:${port}/prod`,
      // The server signs its certificate itself.
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    });
  } finally {
    server.kill();
  }
}

/** Measures calls of DynamoDB without a network. */
export const measureCalls = (plan: Plan): Promise<ClientCpu> => resultOf('./caller.ts', plan, {});

async function resultOf(file: string, { rounds, calls }: Plan, environment: NodeJS.ProcessEnv): Promise<ClientCpu> {
  const measuring = child(file, { ...CREDENTIALS, ...environment }, String(rounds), String(calls));
  const ended = once(measuring, 'exit').then(() => [undefined]);
  const [result] = await Promise.race([once(measuring, 'message'), ended]);
  return Measured.parse(result);
}

const child = (file: string, environment: NodeJS.ProcessEnv, ...args: string[]): ChildProcess =>
  fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, NODE_NO_WARNINGS: '1', ...environment },
  });

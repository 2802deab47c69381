import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { ENV } from '../../functions/shared/constants.ts';

const PostCpu = z.object({ sdk: z.number(), own: z.number() });

/** CPU time of one post in ms, by client. */
export type PostCpu = z.output<typeof PostCpu>;

export interface PostPlan {
  readonly rounds: number;
  /** Posts of each client in a round. */
  readonly posts: number;
}

/** Measures both clients in turns, over TLS, against a server in another process. */
export async function measurePosts({ rounds, posts }: PostPlan): Promise<PostCpu> {
  const server = child('./server.ts', {});
  try {
    const [address] = await once(server, 'message');
    const { port } = z.object({ port: z.number() }).parse(address);
    const environment = {
      [ENV.callbackUrl]: `https://127.0.0.1:${port}/prod`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIATEST',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token'.repeat(100),
      // The server signs its certificate itself.
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    };
    const poster = child('./poster.ts', environment, String(rounds), String(posts));
    const ended = once(poster, 'exit').then(() => [undefined]);
    const [result] = await Promise.race([once(poster, 'message'), ended]);
    return PostCpu.parse(result);
  } finally {
    server.kill();
  }
}

const child = (file: string, environment: NodeJS.ProcessEnv, ...args: string[]) =>
  fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, NODE_NO_WARNINGS: '1', ...environment },
  });

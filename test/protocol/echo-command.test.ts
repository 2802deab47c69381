import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { joinRaw } from './raw-client.ts';

const MAIN = fileURLToPath(new URL('../../examples/echo/main.ts', import.meta.url));

let command: ChildProcess | undefined;

afterEach(() => command?.kill('SIGKILL'));

it.each(['SIGINT', 'SIGTERM'] as const)(
  'the echo command says where it listens, serves, and stops on %s',
  { tags: 'slow' },
  async (signal) => {
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    command = child;
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    await once(child.stdout, 'data');
    const port = Number(/:(\d+)\/socket\.io\//.exec(output)?.[1]);

    const client = await joinRaw(port);
    client.send('42["message"]');
    expect(await client.next()).toBe('42["message-back"]');

    child.kill(signal);
    expect(await client.closed).toBe(1001);
    const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
    expect(code).toBe(0);
    expect(output.trim().split('\n')).toHaveLength(1);
  },
);

import { Agent, createServer } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { close, exchange, listen } from '../../local/shared/http.ts';

it('repeats a request when the server closed the idle connection', { tags: 'slow' }, async () => {
  const server = createServer((request, response) => request.pipe(response));
  // Clients of Node.js close idle connections a second earlier, and servers up to a second later.
  server.keepAliveTimeout = 2000;
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  const url = new URL(`http://127.0.0.1:${await listen(server)}`);
  const agent = new Agent({ keepAlive: true });
  const send = async (body: string) =>
    String((await exchange(url, { method: 'POST', agent, headers: { 'content-length': body.length } }, body)).body);
  try {
    expect(await send('first')).toBe('first');
    // In the next turn of the event loop, the server's timer comes before its sockets.
    await setImmediate();
    const until = performance.now() + 3100;
    while (performance.now() < until);
    expect(await send('second')).toBe('second');
    expect(connections).toBe(2);
  } finally {
    agent.destroy();
    await close(server);
  }
});

import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { macaw } from '../support/macaw.ts';

const system = macaw();

const open = (protocols: string[]) =>
  new Promise<string>((resolve, reject) => {
    const url = new URL('/socket.io/?EIO=4&transport=websocket', system.origin.replace(/^http/, 'ws'));
    const socket = new WebSocket(url, protocols);
    socket.once('open', () => {
      resolve(socket.protocol);
      socket.close();
    });
    socket.once('error', reject);
  });

it('a client that offers subprotocols has its first one confirmed', async () => {
  expect(await open(['x', 'y'])).toBe('x');
  expect(await open([])).toBe('');
});

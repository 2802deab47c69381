import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { startEcho } from '../../examples/echo/host.ts';
import { connectClient, emitWithAck, nextEvent, SWIFT, transportOf } from '../support/clients.ts';
import { SwiftClient } from '../support/swift-client.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

it('stays with a host that takes it for Engine.IO 3 and answers its pings', async () => {
  const server = await startEcho({ port: 0 });
  cleanUps.push(() => server.close());
  const client = connectClient(SWIFT, `http://127.0.0.1:${server.port}`);
  cleanUps.push(() => client.close());
  const lost: unknown[] = [];
  client.on('reconnect', (reason) => lost.push(reason));
  await nextEvent(client, 'connect');
  // The first ping comes with the open packet, and the others every 300 ms.
  await expect.poll(() => client instanceof SwiftClient && client.pongs, { timeout: 5000 }).toBeGreaterThan(3);
  expect([client.connected, lost]).toEqual([true, []]);
});

it('starts with long-polling by default, upgrades, and keeps its text', async () => {
  const server = await startEcho({ port: 0 });
  cleanUps.push(() => server.close());
  const client = connectClient(SWIFT, `http://127.0.0.1:${server.port}`, { polling: true });
  cleanUps.push(() => client.close());
  await nextEvent(client, 'connect');
  expect(await emitWithAck(client, 'message-with-ack', ['zwölf 🦜'])).toEqual(['zwölf 🦜']);
  await expect.poll(() => transportOf(client)).toBe('websocket');
  expect(await emitWithAck(client, 'message-with-ack', ['dreizehn 🦜'])).toEqual(['dreizehn 🦜']);
  await expect.poll(() => client instanceof SwiftClient && client.pongs, { timeout: 5000 }).toBeGreaterThan(3);
});

it('sends what the iOS client sends, and gives up a server that does not answer its pings', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  cleanUps.push(() => server.close());
  await once(server, 'listening');
  const targets: (string | undefined)[] = [];
  const frames: string[] = [];
  server.on('connection', (socket, { url, headers }) => {
    targets.push(url, headers.origin);
    socket.on('message', (data) => frames.push(String(data)));
    socket.send('0{"sid":"a","upgrades":[],"pingInterval":100,"pingTimeout":60}');
    socket.send('40');
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = connectClient(SWIFT, origin, {
    namespace: '/chat',
    query: { auth: '{"a":"b,(é)"}' },
    options: { reconnection: false },
  });
  cleanUps.push(() => client.close());
  expect(await nextEvent(client, 'disconnect')).toEqual(['Ping timeout']);
  expect(targets).toEqual(['/socket.io/?transport=websocket&auth=%7B%22a%22%3A%22b%2C%28%C3%A9%29%22%7D', origin]);
  await expect.poll(() => frames).toEqual(['2', '40/chat', '1']);
});

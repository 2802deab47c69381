// @module-tag slow

import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Cloud } from '../../local/cloud.ts';
import { connect, type Running, run, runOnce } from './fixture.ts';
import { webSocketAssembly } from './websocket-assembly.ts';

const assembly = webSocketAssembly();
const plain = runOnce(assembly);
const withOrigin = runOnce(assembly, { allowedOrigins: ['https://allowed.example'] });

/** Sends an upgrade request of the given target and headers as it stands, and tells what is answered. */
async function upgrade({ origin }: Cloud, target: string, headers: Record<string, string> = {}): Promise<string> {
  const socket = connectSocket(Number(new URL(origin).port), '127.0.0.1');
  const lines = Object.entries({
    Host: 'localhost',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET ${target} HTTP/1.1\r\n${lines.join('')}\r\n`);
  const [answer] = await Promise.race([once(socket, 'data'), once(socket, 'close')]);
  socket.destroy();
  return String(answer).split('\r\n')[0] ?? '';
}

const OPEN = 'HTTP/1.1 101 Switching Protocols';

describe('query names that JavaScript has a meaning for', () => {
  test.each(['toString', '__proto__', 'constructor', 'hasOwnProperty'])('%s reaches the functions', async (name) => {
    const { cloud, printed } = await plain();
    await connect(cloud, `user=ann&${name}=1&${name}=2`);
    await cloud.settled();
    const [event] = printed('connect') as [{ multiValueQueryStringParameters: object }];
    expect(Object.entries(event.multiValueQueryStringParameters)).toContainEqual([name, ['1', '2']]);
  });
});

describe('upgrade requests', () => {
  test.each([
    ['//', /^HTTP\/1.1 40\d/],
    ['//?user=ann', /^HTTP\/1.1 40\d/],
    ['http://[::1', /^HTTP\/1.1 40\d/],
    ['/live?user=%', new RegExp(OPEN)],
    ['/live?user=%E0%A4%A', new RegExp(OPEN)],
  ])('of the target %s do no harm', async (target, answer) => {
    const { cloud } = await plain();
    expect(await upgrade(cloud, target)).toMatch(answer);
    expect(await upgrade(cloud, '/live?user=ann')).toBe(OPEN);
  });

  test.each([
    [undefined, true],
    ['http://localhost:5173', true],
    ['http://127.0.0.1:8080', true],
    ['http://[::1]:8080', true],
    ['https://chat.localhost', true],
    ['file://', true],
    ['https://allowed.example', true],
    ['https://evil.example', false],
    ['https://localhost.evil.example', false],
    ['https://127.0.0.1.evil.example', false],
    ['null', false],
  ])('of a page of the origin %s: let in is %s', async (origin, admitted) => {
    const { cloud } = await withOrigin();
    const headers = origin === undefined ? {} : { Origin: origin };
    expect(await upgrade(cloud, '/live?user=ann', headers)).toBe(admitted ? OPEN : 'HTTP/1.1 403 Forbidden');
    // The same origins are served over HTTP, where this stack has nothing.
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const { status } = await fetch(`${cloud.origin}/live`, { method, headers });
      expect({ method, status }).toEqual({ method, status: admitted ? 404 : 403 });
    }
  });

  test.each([
    ['127.0.0.1', true],
    ['[::1]:3000', true],
    ['10.0.2.2:3000', true],
    ['chat.localhost:3000', true],
    ['allowed.example', true],
    ['evil.example:3000', false],
    ['127.0.0.1.evil.example', false],
    ['//', false],
  ])('to the host %s, which may be a name that an attacker directs here: let in is %s', async (host, admitted) => {
    const { cloud } = await withOrigin();
    const answer = await upgrade(cloud, '/live?user=ann', { Host: host });
    expect(answer).toBe(admitted ? OPEN : 'HTTP/1.1 403 Forbidden');
  });

  test('have URLs of at most 4,096 characters', async () => {
    const { cloud } = await plain();
    const origin = /^wss?:\/\/[^/]+/;
    const host = 'wss://abcdefghij.execute-api.us-east-1.amazonaws.com';
    expect(cloud.outputs.SocketUrl).toMatch(origin);
    const target = (characters: number) => `/live?user=ann&pad=`.padEnd(characters - host.length, 'x');
    expect(await upgrade(cloud, target(4096))).toBe(OPEN);
    expect(await upgrade(cloud, target(4097))).toMatch(/^HTTP\/1.1 414 /);
  });

  test('of more clients than API Gateway lets in within a second are answered 429', async () => {
    const { cloud } = await run(assembly, { limits: { connectionsPerSecond: 3 } });
    const answers = await Promise.all(Array.from({ length: 6 }, () => upgrade(cloud, '/live?user=ann')));
    expect(answers.filter((answer) => answer.includes(' 429 ')).length).toBeGreaterThanOrEqual(2);
    expect(answers).toContain(OPEN);
  });

  test('that fail never have their query in the log', async () => {
    const { cloud, log } = await plain();
    await upgrade(cloud, '//?user=ann&auth=secret');
    await fetch(`${cloud.origin}/live?auth=secret`, { method: 'PUT', body: 'x' }).catch(() => undefined);
    await cloud.settled();
    expect(JSON.stringify(log)).not.toContain('auth=secret');
  });
});

describe('subprotocols', () => {
  const open = (cloud: Cloud, query: string, protocols: string[]) =>
    new Promise<string>((resolve, reject) => {
      const url = `${cloud.origin.replace('http', 'ws')}/live?${query}`;
      const socket = new WebSocket(url, protocols);
      socket.on('open', () => resolve(socket.protocol));
      socket.on('error', reject);
    });

  test('are confirmed when $connect confirms one, and not by API Gateway itself', async () => {
    const { cloud } = await plain();
    expect(await open(cloud, 'user=ann&mode=protocol', ['y', 'x'])).toBe('x');
    await expect(open(cloud, 'user=ann', ['x'])).rejects.toThrow('Server sent no subprotocol');
  });
});

describe('frames that are JSON, but no object', () => {
  const constant = runOnce(webSocketAssembly(() => {}, '\\$default'));
  const sent = async ({ cloud }: Running, frame: string) => {
    const client = await connect(cloud);
    client.socket.send(frame);
    return client.next();
  };

  test.each(['2', '"x"', '[1]', 'true', 'null'])('%s have no route by an expression over the body', async (frame) => {
    expect(await sent(await plain(), frame)).toContain('"message": "Forbidden"');
  });

  test.each(['2', '"x"', '{"action":"$disconnect"}', '42["x"]'])(
    '%s have the default route where the expression is constant',
    async (frame) => {
      expect(await sent(await constant(), frame)).toBe(`got ${frame}`);
    },
  );
});

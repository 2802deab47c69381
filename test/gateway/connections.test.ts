import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { TLSSocket } from 'node:tls';
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { Sha256Node } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { pushCertificate } from '../support/certificates.ts';

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Responses to the next requests, by default status 200. */
let replies: (number | 'closed' | { readonly body: string })[] = [];
let received: Received[] = [];
let sockets = new Set<unknown>();
let resumed: boolean[] = [];

const onRequest: Parameters<typeof createServer>[1] = async (request, response) => {
  received.push(await receivedFrom(request));
  sockets.add(request.socket);
  if (request.socket instanceof TLSSocket) resumed.push(request.socket.isSessionReused());
  const reply = replies.shift() ?? 200;
  if (reply === 'closed') request.socket.destroy();
  else if (typeof reply === 'number') response.writeHead(reply).end();
  else response.end(reply.body);
};

async function receivedFrom(request: IncomingMessage): Promise<Received> {
  const { method = '', url: path = '', headers } = request;
  const single = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return { method, path, headers: Object.fromEntries(single), body: await text(request) };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server on a port has such an address.
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const { certificate, key } = pushCertificate();
const server = createServer(onRequest);
const secure = createSecureServer({ cert: certificate, key }, onRequest);
const endpoint = `http://${await listen(server)}/prod`;
const secureUrl = new URL(`https://${await listen(secure)}/prod`);

const CREDENTIALS = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret/+', sessionToken: 'token==' };
vi.stubEnv('AWS_REGION', 'eu-central-1');
vi.stubEnv('AWS_ACCESS_KEY_ID', CREDENTIALS.accessKeyId);
vi.stubEnv('AWS_SECRET_ACCESS_KEY', CREDENTIALS.secretAccessKey);
vi.stubEnv('AWS_SESSION_TOKEN', CREDENTIALS.sessionToken);
vi.stubEnv('CALLBACK_URL', endpoint);
vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
const count = vi.fn();
vi.doMock('../../functions/observe/metrics.ts', () => ({ count }));
vi.resetModules();
const { close, lastActiveAt, post, tryPost } = await import('../../functions/gateway/connections.ts');
const { request } = await import('../../functions/gateway/http-client.ts');
const { sign } = await import('../../functions/shared/signature.ts');

afterAll(() => {
  vi.unstubAllEnvs();
  vi.doUnmock('../../functions/observe/metrics.ts');
  vi.resetModules();
  for (const one of [server, secure]) {
    one.closeAllConnections();
    one.close();
  }
});

beforeEach(() => {
  [replies, received, sockets, resumed] = [[], [], new Set(), []];
  count.mockClear();
});

/** A connection id, as API Gateway makes them. */
const ID = 'L0SM9cOFvHcCIhw=';

it('a request is signed like one of the SDK', async () => {
  const segment = fc.oneof(fc.constantFrom('@connections', ID, '%3D', "a'b(c)*!"), fc.stringMatching(/^[\w~-]{1,9}$/));
  const requests = fc.record({
    service: fc.constantFrom('execute-api', 'lambda', 'sns', 'sqs'),
    method: fc.constantFrom('DELETE', 'GET', 'POST'),
    path: fc.array(segment).map((segments) => `/${segments.map(encodeURIComponent).join('/')}`),
    headers: fc.dictionary(fc.stringMatching(/^x-[a-z]{1,5}$/), fc.stringMatching(/^[\w./]{1,9}$/)),
    body: fc.string({ unit: 'grapheme' }),
    now: fc.date({ min: new Date('2020-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
  });
  await fc.assert(
    fc.asyncProperty(requests, async ({ service, now, ...unsigned }) => {
      const reference = new SignatureV4({
        ...{ service, region: 'eu-central-1', credentials: CREDENTIALS, sha256: Sha256Node },
        applyChecksum: false,
      });
      const { headers } = await reference.sign(
        { ...unsigned, protocol: 'https:', hostname: 'a.test', headers: { ...unsigned.headers, host: 'a.test' } },
        { signingDate: now },
      );
      expect(sign(service, { ...unsigned, host: 'a.test' }, now)).toEqual(headers);
    }),
  );
});

it('requests have the method, path, body and signature of the SDK client', async () => {
  const sdk = new ApiGatewayManagementApiClient({ endpoint, region: 'eu-central-1', credentials: CREDENTIALS });
  const activity = { body: JSON.stringify({ lastActiveAt: '2026-11-26T01:02:03.456Z' }) };
  replies = [activity, activity];
  expect(await lastActiveAt(ID)).toBe(Date.UTC(2026, 10, 26, 1, 2, 3, 456));
  const { LastActiveAt } = await sdk.send(new GetConnectionCommand({ ConnectionId: ID }));
  expect(LastActiveAt).toEqual(new Date('2026-11-26T01:02:03.456Z'));
  await post(ID, '42/chat,["é"]');
  await sdk.send(new PostToConnectionCommand({ ConnectionId: ID, Data: '42/chat,["é"]' }));
  await close(ID);
  await sdk.send(new DeleteConnectionCommand({ ConnectionId: ID }));

  const essence = ({ method, path, body, headers }: Received) => ({
    method,
    path,
    body,
    type: headers['content-type'],
  });
  for (const pair of [0, 2, 4]) {
    const [own, sdks] = received.slice(pair, pair + 2);
    if (!own || !sdks) throw new Error('Each client makes each request');
    expect(essence(own)).toEqual(essence(sdks));
    expect(own.path).toBe('/prod/@connections/L0SM9cOFvHcCIhw%3D');
    for (const one of [own, sdks]) expect(one.headers.authorization).toBe(signatureOf(one));
  }
});

/** The signature that the own code makes for the signed headers and the time of a received request. */
function signatureOf({ method, path, headers, body }: Received): string | undefined {
  const { host = '', 'x-amz-date': time = '' } = headers;
  const [, names = ''] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  const signed = Object.fromEntries(names.split(';').map((name) => [name, headers[name] ?? '']));
  const now = new Date(time.replace(/(....)(..)(..T..)(..)(..)/, '$1-$2-$3:$4:$5'));
  return sign('execute-api', { method, host, path, headers: signed, body }, now).authorization;
}

it('an attempt to post distinguishes closed connections, throttling and other failures', async () => {
  replies = [200, 410, 429, 500, 503, 403];
  const outcomes = [];
  for (let n = 0; n < 5; n++) outcomes.push(await tryPost(ID, '2'));
  expect(outcomes).toEqual(['sent', 'gone', 'refused', 'failed', 'failed']);
  await expect(tryPost(ID, '2')).rejects.toThrow('API Gateway answered 403');
  expect(received).toHaveLength(6);
  expect(count.mock.calls).toEqual([['PostsThrottled']]);
});

it('a post is repeated after throttling and failures, at most five times', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.001);
  replies = [429, 500, 429, 503, 200];
  expect(await post(ID, '2')).toBe('sent');
  expect(received).toHaveLength(5);
  replies = Array<number>(6).fill(429);
  await expect(post(ID, '2')).rejects.toThrow('API Gateway answered 429');
  expect(replies).toEqual([429]);
  expect(count).toHaveBeenCalledTimes(2 + 5);
  replies = [500, 410];
  expect(await post(ID, '2')).toBe('gone');
  vi.restoreAllMocks();
});

it('posts share connections, and one that was closed in between costs no post', async () => {
  for (let n = 0; n < 3; n++) expect(await tryPost(ID, '2')).toBe('sent');
  expect(sockets.size).toBe(1);
  replies = ['closed'];
  expect(await tryPost(ID, '2')).toBe('sent');
  expect(sockets.size).toBe(2);
  replies = ['closed', 'closed'];
  expect(await tryPost(ID, '2')).toBe('failed');
  expect(received).toHaveLength(7);
});

it('new connections resume the TLS session', async () => {
  const options = { method: 'POST', headers: {}, body: '2', timeoutMs: 5000 } as const;
  await request(secureUrl, options);
  replies = ['closed'];
  expect((await request(secureUrl, options)).status).toBe(200);
  await Promise.all([1, 2, 3].map(() => request(secureUrl, options)));
  expect(resumed.slice(0, 3)).toEqual([false, false, true]);
  expect(resumed.slice(3)).toEqual([true, true, true]);
});

it('a request without an answer is given up', async () => {
  const silent = createServer(() => undefined);
  const url = new URL(`http://${await listen(silent)}`);
  const answer = request(url, { method: 'POST', headers: {}, body: '', timeoutMs: 50 });
  await expect(answer).rejects.toThrow(`${url.host} did not answer within 50 ms`);
  silent.closeAllConnections();
  silent.close();
});

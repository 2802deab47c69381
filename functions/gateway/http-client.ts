import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { CONNECT_TIMEOUT_MS } from '../shared/aws-client.ts';

export interface HttpRequest {
  readonly method: 'DELETE' | 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Maximum time until the response is complete, in ms. */
  readonly timeoutMs: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Agents keep connections open, and resume the TLS session of the host on new ones. */
const TRANSPORTS = {
  'https:': { agent: new HttpsAgent({ keepAlive: true }), start: httpsRequest },
  'http:': { agent: new HttpAgent({ keepAlive: true }), start: httpRequest },
} as const;

/**
 * Makes a request over a keep-alive connection. The server may close the connection while Lambda freezes the function.
 * The function detects this only on the next request. A request that fails with a reset on a reused connection is
 * therefore retried once on a new one.
 */
export async function request(url: URL, options: HttpRequest): Promise<HttpResponse> {
  const first = await attempt(url, options);
  if (first !== 'stale') return first;
  // The other idle connections are as old.
  for (const sockets of Object.values(transportOf(url).agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
  const second = await attempt(url, options);
  if (second === 'stale') throw new Error(`${url.host} reset two connections`);
  return second;
}

const transportOf = ({ protocol }: URL) => TRANSPORTS[protocol === 'http:' ? 'http:' : 'https:'];

function attempt(url: URL, { method, headers, body, timeoutMs }: HttpRequest): Promise<HttpResponse | 'stale'> {
  return new Promise((resolve, reject) => {
    const { agent, start } = transportOf(url);
    const { hostname, port, pathname: path, host } = url;
    const outgoing = start({ hostname, port, path, method, agent, headers });
    const timeout = setTimeout(
      () => outgoing.destroy(new Error(`${host} did not answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    outgoing.on('socket', (socket) => limitConnecting(socket, host));
    outgoing.on('response', (response) => readText(response, resolve, reject));
    outgoing.on('error', (error) => (outgoing.reusedSocket && isReset(error) ? resolve('stale') : reject(error)));
    outgoing.on('close', () => clearTimeout(timeout));
    // Node.js adds the length.
    outgoing.end(body);
  });
}

function readText(
  response: IncomingMessage,
  resolve: (response: HttpResponse) => void,
  reject: (error: Error) => void,
): void {
  const { statusCode: status = 0, headers } = response;
  let body = '';
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    body += text;
  });
  response.on('end', () => resolve({ status, headers, body }));
  response.on('error', reject);
}

function limitConnecting(socket: Socket, host: string): void {
  if (!socket.connecting) return;
  const timeout = setTimeout(
    () => socket.destroy(new Error(`${host} took more than ${CONNECT_TIMEOUT_MS} ms to connect`)),
    CONNECT_TIMEOUT_MS,
  );
  for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(timeout));
}

const isReset = (error: Error) => 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');

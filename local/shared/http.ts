import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** Header names are in lower case. */
export interface Reply {
  status: number;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

export class BodyTooLarge extends Error {}

export async function readBody(request: IncomingMessage, limit = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  if (size > limit) throw new BodyTooLarge(`The body has ${size} bytes, more than ${limit}`);
  return Buffer.concat(chunks);
}

export function send(response: ServerResponse, reply: Reply): void {
  const body = reply.body === undefined ? Buffer.alloc(0) : Buffer.from(reply.body);
  // The response to a HEAD request has a content-length but no body.
  response.writeHead(reply.status, { 'content-length': body.length, ...reply.headers });
  response.end(body);
}

/** Splits a request target at the question mark. */
export function splitUrl(url = '/'): [path: string, search: string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

/** The value of X-Forwarded-For: the senders of a request, the nearest last. */
export function forwardedFor(request: IncomingMessage): string {
  return [request.headers['x-forwarded-for'] ?? [], request.socket.remoteAddress ?? '127.0.0.1'].flat().join(', ');
}

/** The response of another server. */
export interface Exchange {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/**
 * Sends a request to another server and reads the complete response. Repeats it when the server closed an idle
 * connection at that moment: https://nodejs.org/api/http.html#requestreusedsocket
 */
export function exchange(url: URL, options: RequestOptions, body: string | Buffer): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (response) => {
      readBody(response).then(
        (content) => resolve({ status: response.statusCode ?? 500, headers: response.headers, body: content }),
        reject,
      );
    });
    outgoing.on('error', (error) => {
      const wasClosed = outgoing.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
      if (wasClosed) resolve(exchange(url, options, body));
      else reject(error);
    });
    outgoing.end(body);
  });
}

/** Listens on the loopback interface only. Resolves with the port. */
export async function listen(server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

/** Closes a server and its open connections at once. */
export async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { CONNECT_TIMEOUT_MS } from '../shared/aws-client.ts';

export interface HttpRequest {
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

const https = new HttpsAgent({ keepAlive: true });
const http = new HttpAgent({ keepAlive: true });

/**
 * Posts over a keep-alive connection. The server may close the connection while Lambda freezes the function. The
 * function detects this only on the next request. A request that fails with a reset on a reused connection is therefore
 * retried once on a new one.
 */
export async function post(url: string, request: HttpRequest): Promise<HttpResponse> {
  const first = await attempt(url, request, url.startsWith('https:') ? https : http);
  if (first !== 'stale') return first;
  const second = await attempt(url, request, false);
  if (second === 'stale') throw new Error('A new connection was reset');
  return second;
}

function attempt(
  url: string,
  { headers, body, timeoutMs }: HttpRequest,
  agent: HttpAgent | false,
): Promise<HttpResponse | 'stale'> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const length = String(Buffer.byteLength(body));
    const outgoing = send(url, { method: 'POST', agent, headers: { ...headers, 'content-length': length } });
    const timeout = setTimeout(
      () => outgoing.destroy(new Error(`${new URL(url).host} did not answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    limitConnecting(outgoing);
    outgoing.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      text(response).then((body) => resolve({ status, headers, body }), reject);
    });
    outgoing.on('error', (error) => (outgoing.reusedSocket && isReset(error) ? resolve('stale') : reject(error)));
    outgoing.on('close', () => clearTimeout(timeout));
    outgoing.end(body);
  });
}

function limitConnecting(outgoing: ClientRequest): void {
  outgoing.on('socket', (socket) => {
    if (!socket.connecting) return;
    const timeout = setTimeout(
      () => outgoing.destroy(new Error(`${outgoing.host} took more than ${CONNECT_TIMEOUT_MS} ms to connect`)),
      CONNECT_TIMEOUT_MS,
    );
    for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(timeout));
  });
}

const isReset = (error: Error) => 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');

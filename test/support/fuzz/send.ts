import { Agent, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export interface Sending {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Sends a request with little work. It costs a quarter of `fetch`. */
export async function sendRequest(
  origin: string,
  sending: Sending,
): Promise<{ readonly status: number; readonly text: string }> {
  // The server can close an idle connection in the moment in which it is used again. A new one must be answered.
  const response = (await attempt(origin, sending, agent)) ?? (await attempt(origin, sending, false));
  if (!response) throw new Error(`${sending.method} ${sending.url}: no answer on a new connection`);
  return { status: response.statusCode ?? 0, text: (await buffer(response)).toString('utf8') };
}

/** @returns undefined when a reused connection was closed */
function attempt(
  origin: string,
  { method, url, headers = {}, body }: Sending,
  connections: Agent | false,
): Promise<IncomingMessage | undefined> {
  return new Promise((resolve, reject) => {
    // Node.js adds the length only for methods that usually have a body.
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const sent = request(new URL(url, origin), { method, agent: connections, headers: { ...headers, ...length } });
    sent.on('error', (error) => (sent.reusedSocket ? resolve(undefined) : reject(error)));
    sent.on('response', resolve);
    sent.end(body);
  });
}

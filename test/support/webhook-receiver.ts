import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import { pushCertificate } from './certificates.ts';

/** A request that a receiver got. */
export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly body: {
    readonly app: string;
    readonly type?: string;
    readonly data?: unknown;
    readonly events: WebhookEvent[];
  };
}

interface WebhookEvent {
  readonly id: string;
  readonly type: string;
  readonly ts: number;
  readonly data: Record<string, unknown>;
}

/** How a receiver responds: a status, with a body in JSON or headers; with a text instead of HTTP; or never. */
export type Response =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  | { instead: string }
  | 'never';

/** The server of an application that receives webhooks. The first part of a path selects the responses. */
export class Receiver {
  readonly requests: Received[] = [];
  readonly #responses = new Map<string, (request: Received) => Response>();
  readonly #server: Server;
  readonly #scheme: 'http' | 'https';

  private constructor(scheme: 'http' | 'https') {
    this.#scheme = scheme;
    const listener: Parameters<typeof createServer>[1] = async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const received = { path: request.url ?? '', headers: request.headers, text, body: JSON.parse(text) };
      this.requests.push(received);
      const answer = this.#responses.get(received.path)?.(received) ?? { status: 204 };
      if (answer === 'never') return;
      if ('instead' in answer) return void request.socket.end(answer.instead);
      response.writeHead(answer.status, answer.headers ?? {});
      response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
    };
    const { certificate: cert, key } = scheme === 'https' ? pushCertificate() : { certificate: '', key: '' };
    this.#server = scheme === 'https' ? createSecureServer({ cert, key }, listener) : createServer(listener);
  }

  static async start(scheme: 'http' | 'https' = 'http'): Promise<Receiver> {
    const receiver = new Receiver(scheme);
    await new Promise<void>((done) => receiver.#server.listen(0, '127.0.0.1', done));
    return receiver;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** @param path starts with a slash */
  url(path: string): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  respond(path: string, response: (request: Received) => Response): void {
    this.#responses.set(path, response);
  }

  at(path: string): Received[] {
    return this.requests.filter((request) => request.path === path);
  }

  /** The events at a path, in the order in which they arrived. */
  events(path: string): WebhookEvent[] {
    return this.at(path).flatMap(({ body }) => body.events);
  }
}

/** A receiver for a test file. */
export function receiver(): { readonly current: Receiver } {
  let running: Receiver | undefined;
  beforeAll(async () => {
    running = await Receiver.start();
  });
  afterAll(() => running?.stop());
  return {
    get current() {
      if (!running) throw new Error('The receiver runs only during tests');
      return running;
    },
  };
}

/** Whether a request has the signature of Standard Webhooks. */
export function isSigned({ headers, text }: Received, secret: string): boolean {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const age = Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp']));
  return age < 60 && headers['webhook-signature'] === `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { close, listen, type Reply, send, splitUrl } from '../shared/http.ts';
import type { Log } from '../shared/log.ts';
import { isServed } from './callers.ts';

/** A handler of requests, of upgrades, or of both. */
export interface Site {
  handle?(request: IncomingMessage): Promise<Reply>;
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

const hangUp = (socket: Duplex, status: string) => socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);

const NOT_SERVED: Reply = {
  status: 403,
  headers: { 'content-type': 'text/plain' },
  body: 'The local cloud serves pages of this machine only. Others need: npm start -- --allow-origin URL\n',
};

/** A public HTTP server on its own port. */
export class Host {
  readonly #server: Server;
  /** Upgraded sockets and sockets with a pending upgrade. The HTTP server does not track them. */
  readonly #upgraded = new Set<Duplex>();
  /** http://127.0.0.1:PORT, after the start. */
  origin = '';

  /** @param site returns the handler; called for each request, because the handler can be created after the host */
  constructor(site: (url: string | undefined) => Site | undefined, log: Log, allowedOrigins: readonly string[] = []) {
    this.#server = createServer(async (request, response) => {
      try {
        const served = isServed(request.headers, allowedOrigins);
        send(response, served ? ((await site(request.url)?.handle?.(request)) ?? { status: 404 }) : NOT_SERVED);
      } catch (error) {
        log({ kind: 'notice', text: `The edge could not answer ${splitUrl(request.url)[0]}: ${String(error)}` });
        if (!response.headersSent) send(response, { status: 502 });
      }
    });
    this.#server.on('upgrade', (request, socket, head) => {
      this.#upgraded.add(socket);
      socket.on('close', () => this.#upgraded.delete(socket));
      socket.on('error', () => socket.destroy());
      try {
        const found = site(request.url);
        if (!isServed(request.headers, allowedOrigins)) hangUp(socket, '403 Forbidden');
        else if (found?.upgrade) found.upgrade(request, socket, head);
        else hangUp(socket, '404 Not Found');
      } catch (error) {
        log({ kind: 'notice', text: `The edge could not upgrade ${splitUrl(request.url)[0]}: ${String(error)}` });
        hangUp(socket, '400 Bad Request');
      }
    });
  }

  async start(port = 0): Promise<void> {
    this.origin = `http://127.0.0.1:${await listen(this.#server, port)}`;
  }

  /**
   * Settles the origin before there is anything to serve, and rejects when somebody else has the port. A port that was
   * asked for opens only with {@link open}: clients may be waiting for it. Nobody knows any other one yet.
   */
  async reserve(port: number): Promise<void> {
    await this.start(port);
    if (port !== 0) await close(this.#server);
  }

  /** Opens the port that was reserved. */
  async open(): Promise<void> {
    if (!this.#server.listening) await this.start(Number(new URL(this.origin).port));
  }

  async stop(): Promise<void> {
    for (const socket of this.#upgraded) socket.destroy();
    await close(this.#server);
  }
}

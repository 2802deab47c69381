import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { close, listen, type Reply, send, splitUrl } from '../shared/http.ts';
import type { Log } from '../shared/log.ts';

/** What may stand behind a host: it answers requests, or takes over connections, or both. */
export interface Site {
  handle?(request: IncomingMessage): Promise<Reply>;
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

const hangUp = (socket: Duplex, status: string) => socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);

/** Hosts that lead to this machine and nowhere else. */
const LOOPBACK = /^(127(\.\d{1,3}){3}|\[::1\]|localhost|.+\.localhost)$/;

/**
 * Whether a page of that origin may open a WebSocket. Browsers let every page connect to every host, so a page that a
 * developer happens to visit could talk to the local cloud. Other clients send no origin, and apps `file://`.
 */
function mayConnect(origin: string | undefined, allowed: readonly string[]): boolean {
  if (origin === undefined || origin === 'file://' || allowed.includes(origin)) return true;
  return URL.canParse(origin) && LOOPBACK.test(new URL(origin).hostname);
}

/** A host that people reach, on a port of its own. */
export class Host {
  readonly #server: Server;
  /** Sockets that were upgraded, or wait to be: the HTTP server no longer knows of them. */
  readonly #upgraded = new Set<Duplex>();
  /** http://127.0.0.1:PORT, once it has started. */
  origin = '';

  /** @param site what serves a request; asked at each, for it may come to be after the host */
  constructor(site: (url: string | undefined) => Site | undefined, log: Log, allowedOrigins: readonly string[] = []) {
    this.#server = createServer(async (request, response) => {
      try {
        send(response, (await site(request.url)?.handle?.(request)) ?? { status: 404 });
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
        if (!mayConnect(request.headers.origin, allowedOrigins)) hangUp(socket, '403 Forbidden');
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

  async stop(): Promise<void> {
    for (const socket of this.#upgraded) socket.destroy();
    await close(this.#server);
  }
}

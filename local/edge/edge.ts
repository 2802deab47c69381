import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpGateway } from '../apigateway/http/gateway.ts';
import type { WebSocketGateway } from '../apigateway/websocket/gateway.ts';
import type { Distribution } from '../cloudfront/distribution.ts';
import type { Gate } from '../gate/gate.ts';
import { isS3Path } from '../s3/address.ts';
import type { S3 } from '../s3/s3.ts';
import { close, listen, type Reply, send } from '../shared/http.ts';
import type { Log } from '../shared/log.ts';
import { isOperatorPath, serveOperator } from './operator.ts';

export interface EdgeOptions {
  /** The services, late: they exist once everything else is set up. */
  webSocket: () => WebSocketGateway | undefined;
  http: () => HttpGateway | undefined;
  s3: () => S3 | undefined;
  distribution: () => Distribution | undefined;
  gate: () => Gate;
  /** Pages of the local cloud itself, of which AWS has none; undefined for all other paths. */
  pages: (path: string) => Reply | undefined;
  log: Log;
}

const NOT_FOUND: Reply = { status: 404 };

/**
 * The one public origin. `/_s3` is S3, `/_aws` AWS for the operator; the rest is the distribution's, or where there is none, the WebSocket API's for
 * upgrades and the HTTP API's for all else.
 */
export class Edge {
  readonly #server: Server;
  /** Sockets that were upgraded, or wait to be: the HTTP server no longer knows of them. */
  readonly #upgraded = new Set<Duplex>();
  origin = '';

  constructor({ webSocket, http, s3, distribution, gate, pages, log }: EdgeOptions) {
    this.#server = createServer(async (request, response) => {
      try {
        const page = pages(request.url ?? '/');
        if (page) return send(response, page);
        if (isOperatorPath(request.url)) return send(response, await serveOperator(request, gate()));
        const service = isS3Path(request.url) ? s3() : (distribution() ?? http());
        send(response, (await service?.handle(request)) ?? NOT_FOUND);
      } catch (error) {
        log({ kind: 'notice', text: `The edge could not answer ${request.url}: ${String(error)}` });
        if (!response.headersSent) send(response, { status: 502 });
      }
    });
    this.#server.on('upgrade', (request, socket, head) => {
      this.#upgraded.add(socket);
      socket.on('close', () => this.#upgraded.delete(socket));
      const service = distribution() ?? webSocket();
      if (service) service.upgrade(request, socket, head);
      else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
    });
  }

  async start(port: number): Promise<void> {
    this.origin = `http://127.0.0.1:${await listen(this.#server, port)}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#upgraded) socket.destroy();
    await close(this.#server);
  }
}

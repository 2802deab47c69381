import { once } from 'node:events';
import { createServer, STATUS_CODES } from 'node:http';
import { WebSocketServer } from 'ws';
import type { Application } from '../../functions/protocol/index.ts';
import { echo } from './app.ts';
import { MAX_PAYLOAD } from './limits.ts';
import { attend } from './session.ts';
import { admit, NO_UPGRADE, type Refusal } from './upgrade.ts';

/** The close status of a server shutdown (RFC 6455, 7.4.1). */
const GOING_AWAY = 1001;

/** The time for clients to answer close frames at shutdown. */
const GOODBYE_MS = 1000;

export interface Host {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts the echo server.
 * @param options.port the port; 0 selects a free one
 */
export function startEcho(options: { port: number }): Promise<Host> {
  return startHost(echo, options);
}

/** Serves a Socket.IO application over WebSocket. */
export async function startHost(application: Application, options: { port: number }): Promise<Host> {
  const websockets = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD });

  const http = createServer((request, response) => {
    const admission = admit(request.url);
    const { status, body } = 'eio' in admission ? NO_UPGRADE : admission;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const admission = admit(request.url);
    if ('eio' in admission) {
      websockets.handleUpgrade(request, socket, head, (websocket) => attend(websocket, admission.eio, application));
    } else {
      socket.end(rawResponse(admission));
    }
  });

  http.listen(options.port);
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string')
    throw new Error('Expected the echo server to listen on a TCP port');

  return {
    port: address.port,
    async close() {
      const closed = once(http, 'close');
      http.close();
      for (const client of websockets.clients) client.close(GOING_AWAY);
      const impatience = setTimeout(() => {
        for (const client of websockets.clients) client.terminate();
        http.closeAllConnections();
      }, GOODBYE_MS);
      await closed;
      clearTimeout(impatience);
    },
  };
}

/** For an upgrade request, Node.js passes the raw socket without a response object. */
function rawResponse({ status, body }: Refusal): string {
  const text = JSON.stringify(body);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    '',
    text,
  ].join('\r\n');
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { WebSocketServer } from 'ws';
import type { Application } from '../../functions/protocol/index.ts';
import { admit, BAD_METHOD, BAD_REQUEST, type Refusal, UNKNOWN_SESSION } from './admission.ts';
import { echo } from './app.ts';
import { MAX_PAYLOAD } from './limits.ts';
import { acceptPost, PollingTransport, refuseRequest } from './polling.ts';
import { Session } from './session.ts';
import { openOnWebSocket, upgradeToWebSocket } from './websocket.ts';

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

/** Serves a Socket.IO application over long-polling and WebSocket. */
export async function startHost(application: Application, options: { port: number }): Promise<Host> {
  const websockets = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD });

  /** The sessions that started with long-polling. */
  const sessions = new Map<string, { session: Session; polling: PollingTransport }>();

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const admission = admit(request.url);
    if ('body' in admission) return refuseRequest(response, admission);
    const { transport, eio, sid } = admission;
    if (transport !== 'polling') return refuseRequest(response, BAD_REQUEST);
    if (sid === undefined) {
      if (request.method !== 'GET') return refuseRequest(response, BAD_METHOD);
      const polling = new PollingTransport(eio);
      polling.poll(response);
      const ended = (id: string) => sessions.delete(id);
      const session = new Session({ eio, application, transport: polling, upgrades: ['websocket'], ended });
      sessions.set(session.id, { session, polling });
      return;
    }
    const found = sessions.get(sid);
    if (!found) return refuseRequest(response, UNKNOWN_SESSION);
    const { session, polling } = found;
    if (polling.retired || (request.method !== 'GET' && request.method !== 'POST')) {
      return refuseRequest(response, BAD_REQUEST);
    }
    if (request.method === 'POST') return acceptPost(request, response, session, polling);
    if (!polling.poll(response)) {
      session.close();
      refuseRequest(response, BAD_REQUEST);
    }
  };

  const http = createServer((request, response) => {
    // A request that breaks off has nobody to answer.
    handle(request, response).catch(() => response.destroy());
  });
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const admission = admit(request.url);
    if ('body' in admission) return void socket.end(rawResponse(admission));
    const { transport, eio, sid } = admission;
    const found = sid === undefined ? undefined : sessions.get(sid);
    if (sid !== undefined && !found) return void socket.end(rawResponse(UNKNOWN_SESSION));
    if (transport !== 'websocket' || found?.polling.retired) return void socket.end(rawResponse(BAD_REQUEST));
    websockets.handleUpgrade(request, socket, head, (websocket) => {
      if (found) upgradeToWebSocket(websocket, found.session, found.polling);
      else openOnWebSocket(websocket, eio, application);
    });
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
      for (const { session } of sessions.values()) session.close();
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

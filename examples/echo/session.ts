import { randomUUID } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import {
  type Application,
  beat,
  type Connection,
  type Eio,
  nextBeatAt,
  openFrame,
  PING,
  type Pulse,
  receive,
  serve,
} from '../../functions/protocol/index.ts';
import { JOIN_TIMEOUT_MS, MAX_PAYLOAD, PING_INTERVAL_MS, PING_TIMEOUT_MS } from './limits.ts';

const TIMES = { pingInterval: PING_INTERVAL_MS, pingTimeout: PING_TIMEOUT_MS };

/** The WebSocket status for unsupported data (RFC 6455, 7.4.1). */
const UNSUPPORTED_DATA = 1003;

/** Serves one WebSocket connection. */
export function attend(websocket: WebSocket, eio: Eio, application: Application): void {
  let open = true;
  const close = (status?: number) => {
    open = false;
    websocket.close(status);
  };
  const connection = connect(websocket, eio, close);
  let work = connection.send(openFrame(eio, { sid: connection.id, ...TIMES, maxPayload: MAX_PAYLOAD }));

  const join = setTimeout(close, JOIN_TIMEOUT_MS);

  /** Frames are handled in sequence, and not after the server closed the connection. */
  const handle = (frame: string) => {
    work = work
      .then(async () => {
        if (open) await serve(application, connection, receive(eio, frame));
        if (connection.namespaces.size > 0) clearTimeout(join);
      })
      .catch((error: unknown) => {
        console.error('Handling a frame failed', error);
        return connection.close();
      });
  };
  // Engine.IO 3 clients do not request the main namespace. They wait for its confirmation.
  if (eio === 3) handle('40');

  const heartbeat = keepHeartbeat(connection);

  websocket.on('message', (data: RawData, isBinary: boolean) => {
    if (isBinary) return close(UNSUPPORTED_DATA);
    const frame = data.toString();
    heartbeat.heard(frame);
    handle(frame);
  });
  // Errors such as a long or malformed frame end the connection. The library ws sends the close status.
  websocket.on('error', () => {});
  websocket.on('close', () => {
    heartbeat.stop();
    clearTimeout(join);
  });
}

/** Adapts a WebSocket to the protocol. Data for a closing socket is lost. */
function connect(websocket: WebSocket, eio: Eio, close: () => void): Connection {
  return {
    id: randomUUID(),
    eio,
    namespaces: new Set(),
    send: (frame) => new Promise((resolve) => websocket.send(frame, () => resolve())),
    close: async () => close(),
  };
}

/** Pings the client when a ping is due, and closes the connection after a timeout. */
function keepHeartbeat(connection: Connection) {
  const { eio } = connection;
  let pulse: Pulse = { heardAt: performance.now() };
  let timer = setTimeout(look, PING_INTERVAL_MS);

  function look() {
    const now = performance.now();
    const due = beat(eio, pulse, TIMES, now);
    if (due === 'close') return void connection.close();
    if (due === 'ping') {
      pulse = { ...pulse, pingedAt: now };
      void connection.send(PING);
    }
    timer = setTimeout(look, Math.ceil(nextBeatAt(eio, pulse, TIMES) - now));
  }

  return {
    heard(frame: string) {
      if (eio === 3 || receive(eio, frame).kind === 'pong') pulse = { ...pulse, heardAt: performance.now() };
    },
    stop: () => clearTimeout(timer),
  };
}

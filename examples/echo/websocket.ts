import type { RawData, WebSocket } from 'ws';
import { type Application, type Eio, receive } from '../../functions/protocol/index.ts';
import type { PollingTransport } from './polling.ts';
import { Session, type Transport } from './session.ts';

/** The WebSocket status for unsupported data (RFC 6455, 7.4.1). */
const UNSUPPORTED_DATA = 1003;

/** Sends frames over a WebSocket. Data for a closing socket is lost. */
function transportOf(websocket: WebSocket): Transport {
  return {
    send: (frame) => new Promise((resolve) => websocket.send(frame, () => resolve())),
    close: () => websocket.close(),
  };
}

/** Passes the frames of a WebSocket to a function. */
function listen(websocket: WebSocket, onFrame: (frame: string) => void): void {
  websocket.on('message', (data: RawData, isBinary: boolean) => {
    if (websocket.readyState !== websocket.OPEN) return;
    if (isBinary) websocket.close(UNSUPPORTED_DATA);
    else onFrame(data.toString());
  });
  // Errors such as a long or malformed frame end the connection. The library ws sends the close status.
  websocket.on('error', () => {});
}

/** Opens a session on a WebSocket. */
export function openOnWebSocket(websocket: WebSocket, eio: Eio, application: Application): void {
  const session = new Session({ eio, application, transport: transportOf(websocket), upgrades: [] });
  listen(websocket, (frame) => session.receive(frame));
  websocket.on('close', () => session.end());
}

/**
 * Continues a session that started with long-polling. The client probes the WebSocket with `2probe`, waits until its
 * pending GET has returned, and then sends `5`.
 */
export function upgradeToWebSocket(websocket: WebSocket, session: Session, polling: PollingTransport): void {
  let probed = false;
  let upgraded = false;
  listen(websocket, (frame) => {
    if (upgraded) return session.receive(frame);
    const incoming = receive(session.eio, frame);
    if (incoming.kind === 'ping' && !probed && polling.probe()) {
      probed = true;
      websocket.send(incoming.reply);
    } else if (incoming.kind === 'upgrade' && probed) {
      upgraded = true;
      const transport = transportOf(websocket);
      session.move(transport);
      for (const packet of polling.retire()) void transport.send(packet);
    } else {
      websocket.close();
    }
  });
  websocket.on('close', () => {
    if (upgraded) session.end();
    else if (probed) polling.endProbe();
  });
}

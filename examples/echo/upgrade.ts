import { type Eio, parseEio } from '../../functions/protocol/index.ts';

/** The default path of Socket.IO clients. */
export const PATH = '/socket.io/';

/** The reason for a rejected upgrade, with an Engine.IO error code. */
export interface Refusal {
  readonly status: 400 | 404;
  readonly body: { readonly code: number; readonly message: string };
}

/** The response to a request without an upgrade header. */
export const NO_UPGRADE: Refusal = refuse(400, 3, 'Bad request');

/** Validates a request. Returns the protocol revision of the connection, or the reason for a rejection. */
export function admit(url = ''): { readonly eio: Eio } | Refusal {
  const base = 'http://localhost';
  const { pathname, searchParams } = new URL(URL.canParse(url, base) ? url : '/', base);
  if (pathname !== PATH) return refuse(404, 3, 'Bad request');
  if (searchParams.get('transport') !== 'websocket') return refuse(400, 0, 'Transport unknown');
  // Sessions cannot continue on another connection, so every session id is unknown.
  if (searchParams.has('sid')) return refuse(400, 1, 'Session ID unknown');
  const eio = parseEio(searchParams.get('EIO'));
  return eio ? { eio } : refuse(400, 5, 'Unsupported protocol version');
}

function refuse(status: Refusal['status'], code: number, message: string): Refusal {
  return { status, body: { code, message } };
}

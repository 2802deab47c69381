import { type Eio, parseEio } from '../../functions/protocol/index.ts';

/** Where Socket.IO clients connect to unless they are told otherwise. */
export const PATH = '/socket.io/';

/** Why a request gets no websocket. The codes are Engine.IO's, which its clients know. */
export interface Refusal {
  readonly status: 400 | 404;
  readonly body: { readonly code: number; readonly message: string };
}

/** The answer to a request that could become a websocket, but does not ask to. */
export const NO_UPGRADE: Refusal = refuse(400, 3, 'Bad request');

/** Decides about a request: the protocol revision of its connection to be, or why there will be none. */
export function admit(url = ''): { readonly eio: Eio } | Refusal {
  const base = 'http://localhost';
  const { pathname, searchParams } = new URL(URL.canParse(url, base) ? url : '/', base);
  if (pathname !== PATH) return refuse(404, 3, 'Bad request');
  if (searchParams.get('transport') !== 'websocket') return refuse(400, 0, 'Transport unknown');
  // A session is never continued by another connection, so no session id can be a known one.
  if (searchParams.has('sid')) return refuse(400, 1, 'Session ID unknown');
  const eio = parseEio(searchParams.get('EIO'));
  return eio ? { eio } : refuse(400, 5, 'Unsupported protocol version');
}

function refuse(status: Refusal['status'], code: number, message: string): Refusal {
  return { status, body: { code, message } };
}

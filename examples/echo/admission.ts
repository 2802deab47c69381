import { type Eio, parseEio } from '../../functions/protocol/index.ts';

/** The default path of Socket.IO clients. They can leave out the slash at its end. */
export const PATH = '/socket.io/';

/** What a request wants. Without a session id, it opens a session. */
export interface Admission {
  readonly transport: 'polling' | 'websocket';
  readonly eio: Eio;
  readonly sid: string | undefined;
}

/** The reason for a rejected request, with an Engine.IO error code. */
export interface Refusal {
  readonly status: 400 | 404;
  readonly body: { readonly code: number; readonly message: string };
}

export const BAD_REQUEST: Refusal = refuse(400, 3, 'Bad request');
export const UNKNOWN_SESSION: Refusal = refuse(400, 1, 'Session ID unknown');
export const BAD_METHOD: Refusal = refuse(400, 2, 'Bad handshake method');

/** Validates the URL of a request. */
export function admit(url = ''): Admission | Refusal {
  const base = 'http://localhost';
  const { pathname, searchParams } = new URL(URL.canParse(url, base) ? url : '/', base);
  if (pathname !== PATH && `${pathname}/` !== PATH) return refuse(404, 3, 'Bad request');
  const transport = searchParams.get('transport');
  if (transport !== 'polling' && transport !== 'websocket') return refuse(400, 0, 'Transport unknown');
  const eio = parseEio(searchParams.get('EIO'));
  return eio
    ? { transport, eio, sid: searchParams.get('sid') ?? undefined }
    : refuse(400, 5, 'Unsupported protocol version');
}

function refuse(status: Refusal['status'], code: number, message: string): Refusal {
  return { status, body: { code, message } };
}

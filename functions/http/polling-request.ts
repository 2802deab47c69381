import { disconnected } from '../jobs/frames.ts';
import type { Session } from '../shared/sid.ts';
import { closePollingSession, type PollingSession, pollingSession } from '../store/polling-sessions.ts';

/** The error codes of an Engine.IO server. https://socket.io/docs/v4/troubleshooting-connection-issues */
const ENGINE_ERROR = {
  transport: { code: 0, message: 'Transport unknown' },
  sid: { code: 1, message: 'Session ID unknown' },
  method: { code: 2, message: 'Bad handshake method' },
  request: { code: 3, message: 'Bad request' },
  version: { code: 5, message: 'Unsupported protocol version' },
} as const;

/** A request that cannot be served, with the error for the client. */
export class PollingError extends Error {
  readonly status: number;
  readonly shown: { readonly code: number; readonly message: string };

  constructor(error: keyof typeof ENGINE_ERROR, status = 400) {
    super(ENGINE_ERROR[error].message);
    this.shown = ENGINE_ERROR[error];
    this.status = status;
  }
}

/** A request with the id of a session. */
export interface PollingRequest {
  readonly session: Session;
  /** The credentials in the URL. */
  readonly auth: string | undefined;
  /** The network address of the client. */
  readonly address: string | undefined;
  /** When it reached the gateway, epoch ms. */
  readonly arrival: number;
}

/**
 * Reads the session of a request.
 * @param closed whether it may be closed. @default false
 * @param consistent whether the result includes all earlier writes. @default true
 * @throws PollingError for an unknown session
 */
export async function sessionOf(
  { session }: PollingRequest,
  now: number,
  { closed = false, consistent = true } = {},
): Promise<PollingSession> {
  const found = await pollingSession(session, now, { consistent });
  if (!found || (found.closed !== undefined && !closed)) throw new PollingError('sid');
  return found;
}

/** Closes the session of a request. The connection of a client that does not upgrade ends with it. */
export async function end({ session }: PollingRequest, { waiting }: PollingSession, now: number): Promise<void> {
  await closePollingSession(session, now);
  if (waiting) await disconnected(session.connectionId);
}

/** Refuses a request, and closes its session unless it is upgraded. @throws PollingError */
export async function refuse(request: PollingRequest, now: number, status?: number): Promise<never> {
  await end(request, await sessionOf(request, now), now);
  throw new PollingError('request', status);
}

import * as z from 'zod/mini';
import { Visit } from '../auth/auth-payload.ts';
import { HandshakeContext } from '../auth/authorizer-context.ts';
import { beginSession, refuse, welcome } from '../chat/session.ts';
import { close, post, postFirst } from '../gateway/connections.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { about, observed } from '../observe/observed.ts';
import { connectFrame, openFrame } from '../protocol/index.ts';
import { METRIC } from '../shared/constants.ts';
import { ChatError, publicError } from '../shared/errors.ts';
import { HEARTBEAT } from '../shared/heartbeat-times.ts';
import { NAMESPACE } from '../shared/wire.ts';

const Event = z.object({
  connectionId: z.string(),
  at: z.number(),
  handshake: HandshakeContext,
  visit: Visit,
});

/** A stock client sends a message as one frame, and API Gateway takes frames of at most 32 KB. */
const MAX_PAYLOAD = 32 * 1024;

/**
 * Speaks first on a new connection. Should that fail half-way, the connection is closed and the client comes back:
 * a second handshake on the same connection would only confuse it.
 */
export const handler = observed(async (event: unknown): Promise<void> => {
  const arrival = Event.parse(event);
  try {
    await greet(arrival);
  } catch (error) {
    count(METRIC.loginsFailed);
    logger.error('A connection was not greeted', { error });
    await close(arrival.connectionId);
  }
});

/**
 * Posts the Engine.IO handshake, the confirmation of the namespace before anybody asked (which saves a round trip,
 * and lets any later join be taken for a repeat), then `login`.
 */
async function greet({ connectionId, at, handshake, visit }: z.output<typeof Event>): Promise<void> {
  const { eio } = handshake;
  const open = openFrame(eio, {
    sid: connectionId,
    ...HEARTBEAT,
    maxPayload: MAX_PAYLOAD,
  });
  if ((await postFirst(connectionId, open)) === 'gone') return;
  // Engine.IO 3 clients never ask for the main namespace. Newer ones do, and some take one unasked for an error.
  if (eio === 3) await post(connectionId, connectFrame(eio, '/', connectionId));
  // Who recovers is confirmed when he asks.
  if (handshake.outcome === 'anonymous' || (handshake.outcome === 'known' && handshake.recovers)) return;

  if ((await post(connectionId, connectFrame(eio, NAMESPACE, connectionId))) === 'gone') return;
  if (handshake.outcome === 'refused') return refuse(connectionId, handshake);
  const { principal } = handshake;
  about({ app: principal.app });
  const begun = await beginSession(
    { id: connectionId, eio },
    { principal, visit, recovers: false, once: false },
    at,
  ).catch(publicError);
  if (begun) await (begun instanceof ChatError ? refuse(connectionId, begun) : welcome(begun, at));
}

import * as z from 'zod/mini';
import { HandshakeContext } from '../auth/authorizer-context.ts';
import { chat } from '../chat/application.ts';
import { close, post } from '../gateway/connections.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { about, observed } from '../observe/observed.ts';
import { type Eio, type Incoming, receive, serve } from '../protocol/index.ts';
import { METRIC } from '../shared/constants.ts';
import type { Principal } from '../shared/principal.ts';
import { NAMESPACE } from '../shared/wire.ts';
import { ownerOf } from '../store/connections.ts';
import { answerPing } from '../store/heartbeats.ts';

const MAIN_NAMESPACE = '/';

const Event = z.object({
  requestContext: z.object({
    connectionId: z.string(),
    requestTimeEpoch: z.number(),
    authorizer: HandshakeContext,
  }),
  body: z._default(z.string(), ''),
});

/**
 * Handles one frame. Always answers 200: were it to fail, API Gateway would send the client a JSON error,
 * which is no Engine.IO packet and makes a stock client drop the connection.
 */
export const handler = observed(async (event: unknown): Promise<{ statusCode: number }> => {
  try {
    await handle(Event.parse(event));
  } catch (error) {
    count(METRIC.messagesFailed);
    logger.error('A frame was not handled', { error });
  }
  return { statusCode: 200 };
});

async function handle({ requestContext, body }: z.output<typeof Event>): Promise<void> {
  const { connectionId, requestTimeEpoch, authorizer: handshake } = requestContext;
  // It is being told that its login failed, and closed.
  if (handshake.outcome === 'refused') return;
  const incoming = receive(handshake.eio, body);
  if (incoming.kind === 'ping' || incoming.kind === 'pong') count(METRIC.heartbeats);
  if (handshake.eio === 4 && incoming.kind === 'pong') return answerPing(connectionId);

  const principal = handshake.outcome === 'known' ? handshake.principal : await latecomer(connectionId, body);
  if (principal) about({ app: principal.app });
  const waits = handshake.outcome === 'known' && handshake.recovers;
  const connection = {
    id: connectionId,
    eio: handshake.eio,
    namespaces: joined(handshake.eio, principal, waits, incoming),
    send: async (frame: string) => void (await post(connectionId, frame)),
    close: () => close(connectionId),
  };
  const background: Promise<void>[] = [];
  await serve(
    chat(
      { principal, visit: waits ? handshake.visit : undefined, recovers: handshake.recovers },
      requestTimeEpoch,
      (work) => background.push(work),
    ),
    connection,
    body,
  );
  await Promise.all(background);
}

/**
 * What the connection has joined, without a memory of it: the chat as soon as somebody is logged in, and the main
 * namespace always, but for the very frame in which a client asks for it, to which it gets an answer.
 * @param waits whether it is confirmed in the chat only when it asks
 */
function joined(eio: Eio, principal: Principal | undefined, waits: boolean, incoming: Incoming): Set<string> {
  const namespaces = new Set(principal ? [MAIN_NAMESPACE, NAMESPACE] : [MAIN_NAMESPACE]);
  if (eio !== 4 || incoming.kind !== 'connect') return namespaces;
  if (waits || incoming.namespace === MAIN_NAMESPACE) namespaces.delete(incoming.namespace);
  return namespaces;
}

/** Who logged in by CONNECT payload on this connection. Only Socket.IO packets ask; heartbeats cost no read. */
async function latecomer(connectionId: string, frame: string): Promise<Principal | undefined> {
  return frame.startsWith('4') ? ownerOf(connectionId) : undefined;
}

import * as z from 'zod/mini';
import { AuthorizerContext, knownPrincipal } from '../auth/authorizer-context.ts';
import { chatApplication } from '../chat/application.ts';
import { isAboveRateLimit } from '../chat/rate-limit.ts';
import { close, post } from '../gateway/connections.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { observed } from '../observe/observed.ts';
import { logPrincipal } from '../observe/principal.ts';
import { type Incoming, MAIN_NAMESPACE, receive, serve } from '../protocol/index.ts';
import { METRIC } from '../shared/constants.ts';
import { NAMESPACE } from '../shared/wire.ts';
import { answerPing } from '../store/heartbeats.ts';

const Event = z.object({
  requestContext: z.object({
    connectionId: z.string(),
    requestTimeEpoch: z.number(),
    authorizer: AuthorizerContext,
  }),
  body: z._default(z.string(), ''),
});

/**
 * Handles one frame. It always returns 200. After any other status, API Gateway sends a JSON error, which is not an
 * Engine.IO packet, and stock clients disconnect.
 */
export const handler = observed(async (event: unknown): Promise<{ statusCode: number }> => {
  const { requestContext, body } = Event.parse(event);
  const incoming = receive(requestContext.authorizer.eio, body);
  try {
    await handle(requestContext, incoming);
  } catch (error) {
    count(incoming.kind === 'connect' ? METRIC.loginsFailed : METRIC.messagesFailed);
    logger.error('Frame failed', { error, kind: incoming.kind });
    // Without an answer to its join, a client waits for minutes. After a close, it reconnects.
    if (incoming.kind === 'connect') await closeFailed(requestContext.connectionId);
  }
  return { statusCode: 200 };
});

async function closeFailed(connectionId: string): Promise<void> {
  try {
    await close(connectionId);
  } catch (error) {
    logger.error('Close failed', { error });
  }
}

type RequestContext = z.output<typeof Event>['requestContext'];

async function handle(context: RequestContext, incoming: Incoming): Promise<void> {
  const { connectionId, requestTimeEpoch, authorizer: authorization } = context;
  const { eio, outcome } = authorization;
  if (incoming.kind === 'ping' || incoming.kind === 'pong') {
    count(METRIC.heartbeats);
    const sender = { principal: knownPrincipal(authorization), connectionId };
    if (sender.principal) logPrincipal(sender.principal);
    if (await isAboveRateLimit(sender, 'heartbeat', requestTimeEpoch)) return;
  }
  if (eio === 4 && incoming.kind === 'pong') {
    const owner = await answerPing(connectionId);
    if (owner) logPrincipal(owner);
    return;
  }
  // The client has sent its buffered events before it learned that the login failed.
  if (outcome === 'refused' && incoming.kind === 'event' && incoming.namespace === NAMESPACE) return;

  const connection = {
    id: connectionId,
    eio,
    namespaces: joinedNamespaces(eio, incoming),
    send: async (frame: string) => void (await post(connectionId, frame)),
    close: () => close(connectionId),
  };
  const background: Promise<void>[] = [];
  const application = chatApplication(authorization, requestTimeEpoch, (work) => background.push(work));
  try {
    await serve(application, connection, incoming);
  } finally {
    // Lambda freezes work that is not awaited, also when the answer to the client failed.
    await Promise.all(background);
  }
}

/**
 * Returns the namespaces that count as joined, without stored state. Any frame other than a join implies both. A join
 * is new, unless `handshake` already confirmed the namespace. The session shows whether the client joined `/chat`
 * before.
 */
function joinedNamespaces(eio: 3 | 4, incoming: Incoming): Set<string> {
  const namespaces = new Set([MAIN_NAMESPACE, NAMESPACE]);
  if (incoming.kind !== 'connect') return namespaces;
  namespaces.delete(NAMESPACE);
  if (eio === 4) namespaces.delete(MAIN_NAMESPACE);
  return namespaces;
}

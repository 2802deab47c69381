import * as z from 'zod/mini';
import { type Authorization, AuthorizerContext, knownPrincipal } from '../auth/authorizer-context.ts';
import { chatApplication } from '../chat/application.ts';
import { isAboveRateLimit } from '../chat/rate-limit.ts';
import { upgradeFrames } from '../chat/upgrade.ts';
import { close, post } from '../gateway/clients.ts';
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
    authorizer: z.record(z.string(), z.unknown()),
  }),
  body: z._default(z.string(), ''),
  /** Instead of a body: frames that arrived by HTTP. */
  frames: z.optional(z.array(z.string())),
});

/**
 * Handles one frame, or several in order. It always returns 200. After any other status, API Gateway sends a JSON error,
 * which is not an Engine.IO packet, and stock clients disconnect.
 */
export const handler = observed(async (event: unknown): Promise<{ statusCode: number }> => {
  const { requestContext, body, frames } = Event.parse(event);
  const { connectionId, authorizer, requestTimeEpoch: arrival } = requestContext;
  const sender = { connectionId, authorization: AuthorizerContext.parse(authorizer) };
  await handleAll(sender, frames ?? (await framesOf(sender, authorizer, body, arrival)), arrival);
  return { statusCode: 200 };
});

interface Sender {
  readonly connectionId: string;
  readonly authorization: Authorization;
}

async function framesOf(
  { connectionId, authorization: { sid } }: Sender,
  authorizer: Record<string, unknown>,
  body: string,
  arrival: number,
): Promise<readonly string[]> {
  if (sid === undefined) return [body];
  let frames: readonly string[] | undefined;
  try {
    frames = await upgradeFrames(sid, { connectionId, authorizer }, body, arrival);
  } catch (error) {
    logger.error('Upgrade failed', { error });
  }
  if (!frames) await closeFailed(connectionId);
  return frames ?? [];
}

/** Frames that arrive together get different times, so that their order is kept. */
async function handleAll(sender: Sender, frames: readonly string[], arrival: number): Promise<void> {
  for (const [n, frame] of frames.entries()) await handleFrame(sender, frame, arrival - (frames.length - 1 - n));
}

async function handleFrame(sender: Sender, frame: string, arrival: number): Promise<void> {
  const incoming = receive(sender.authorization.eio, frame);
  try {
    await handle(sender, incoming, arrival);
  } catch (error) {
    count(incoming.kind === 'connect' ? METRIC.loginsFailed : METRIC.messagesFailed);
    logger.error('Frame failed', { error, kind: incoming.kind });
    // Without an answer to its join, a client waits for minutes. After a close, it reconnects.
    if (incoming.kind === 'connect') await closeFailed(sender.connectionId);
  }
}

async function closeFailed(connectionId: string): Promise<void> {
  try {
    await close(connectionId);
  } catch (error) {
    logger.error('Close failed', { error });
  }
}

async function handle({ connectionId, authorization }: Sender, incoming: Incoming, arrival: number): Promise<void> {
  const { eio, outcome } = authorization;
  if (incoming.kind === 'ping' || incoming.kind === 'pong') {
    count(METRIC.heartbeats);
    const sender = { principal: knownPrincipal(authorization), connectionId };
    if (sender.principal) logPrincipal(sender.principal);
    if (await isAboveRateLimit(sender, 'heartbeat', arrival)) return;
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
  const application = chatApplication(authorization, arrival, (work) => background.push(work));
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

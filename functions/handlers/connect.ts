import * as z from 'zod/mini';
import { AuthorizerContext } from '../auth/authorizer-context.ts';
import { enqueueHandshake } from '../jobs/handshake-enqueue.ts';
import { observed } from '../observe/observed.ts';

const Event = z.object({
  headers: z._default(z.record(z.string(), z.string()), {}),
  requestContext: z.object({ connectionId: z.string(), authorizer: AuthorizerContext }),
});

interface Answer {
  readonly statusCode: number;
  readonly headers?: Record<string, string>;
}

/**
 * Answers `$connect` and starts the handshake. The server must send the first packet, but it cannot post to a
 * connection before this function returns. A session that started with long-polling had its handshake there.
 */
export const handler = observed(async (event: unknown): Promise<Answer> => {
  const { headers, requestContext } = Event.parse(event);
  const { connectionId, authorizer } = requestContext;
  if (authorizer.sid === undefined) await enqueueHandshake({ connectionId, eio: authorizer.eio });
  const protocol = firstSubprotocol(headers);
  return { statusCode: 200, ...(protocol && { headers: { [SUBPROTOCOL]: protocol } }) };
});

const SUBPROTOCOL = 'Sec-WebSocket-Protocol';

/**
 * Returns the subprotocol to confirm. Clients that offer subprotocols fail without a confirmation, and API Gateway
 * sends none by itself.
 */
function firstSubprotocol(headers: Readonly<Record<string, string>>): string | undefined {
  const offered = Object.entries(headers).find(([name]) => name.toLowerCase() === SUBPROTOCOL.toLowerCase());
  return offered?.[1].split(',')[0]?.trim();
}

import * as z from 'zod/mini';
import { AuthorizerContext } from '../auth/authorizer-context.ts';
import { enqueueHandshake } from '../jobs/handshake-enqueue.ts';
import { observed } from '../observe/observed.ts';

const Event = z.object({ requestContext: z.object({ connectionId: z.string(), authorizer: AuthorizerContext }) });

/**
 * Answers `$connect` and starts the handshake. The server must speak first, but nothing can be posted to a connection
 * before this function has returned.
 */
export const handler = observed(async (event: unknown): Promise<{ statusCode: number }> => {
  const { connectionId, authorizer } = Event.parse(event).requestContext;
  await enqueueHandshake({ connectionId, eio: authorizer.eio });
  return { statusCode: 200 };
});

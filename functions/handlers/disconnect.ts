import * as z from 'zod/mini';
import { removeReported } from '../chat/remove-connection.ts';
import { observed } from '../observe/observed.ts';
import { readSid } from '../shared/sid.ts';
import { closeProbed } from '../store/polling-sessions.ts';

const Event = z.object({
  requestContext: z.object({
    connectionId: z.string(),
    authorizer: z._default(z.object({ sid: z.optional(z.string()) }), {}),
  }),
});

/**
 * Removes a connection when API Gateway reports its end. API Gateway does not guarantee this event. Other functions
 * therefore also remove connections that they find gone.
 */
export const handler = observed(async (event: unknown): Promise<{ statusCode: number }> => {
  const { connectionId, authorizer } = Event.parse(event).requestContext;
  const session = readSid(authorizer.sid ?? '');
  await Promise.all([removeReported(connectionId), session && closeProbed(session, Date.now())]);
  return { statusCode: 200 };
});

import * as z from 'zod/mini';
import { removeConnection } from '../chat/remove-connection.ts';
import { observed } from '../observe/observed.ts';

const Event = z.object({ requestContext: z.object({ connectionId: z.string() }) });

/**
 * Forgets a connection when API Gateway reports its end. It does so as well as it can, not always:
 * whoever meets a connection that is gone forgets it too.
 */
export const handler = observed(async (event: unknown): Promise<{ statusCode: number }> => {
  await removeConnection(Event.parse(event).requestContext.connectionId);
  return { statusCode: 200 };
});

import * as z from 'zod/mini';
import { removeReported } from '../chat/remove-connection.ts';
import { observed } from '../observe/observed.ts';

const Event = z.object({ requestContext: z.object({ connectionId: z.string() }) });

/**
 * Removes a connection when API Gateway reports its end. API Gateway does not guarantee this event. Other functions
 * therefore also remove connections that they find gone.
 */
export const handler = observed(async (event: unknown): Promise<{ statusCode: number }> => {
  const { connectionId } = Event.parse(event).requestContext;
  await removeReported(connectionId);
  return { statusCode: 200 };
});

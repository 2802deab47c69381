import * as z from 'zod/mini';
import { parseCredentials, visitOf } from '../auth/auth-payload.ts';
import { HandshakeContext } from '../auth/authorizer-context.ts';
import { invokeLater } from '../gateway/invoke.ts';
import { observed } from '../observe/observed.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';

const greet = requireEnv(ENV.greetUrl);

const Event = z.object({
  requestContext: z.object({ connectionId: z.string(), requestTimeEpoch: z.number(), authorizer: z.unknown() }),
  queryStringParameters: z.nullish(z.record(z.string(), z.string())),
});

/**
 * Answers `$connect`, and sends for `greet`: the server must speak first, but nothing can be posted
 * to a connection before this function has returned.
 */
export const handler = observed(async (event: unknown): Promise<{ statusCode: number }> => {
  const { requestContext, queryStringParameters } = Event.parse(event);
  const { connectionId, requestTimeEpoch, authorizer } = requestContext;
  const handshake = HandshakeContext.parse(authorizer);
  const visit =
    handshake.outcome === 'known' && !handshake.recovers ? visitOf(parseCredentials(queryStringParameters?.auth)) : {};
  await invokeLater(greet, { connectionId, at: requestTimeEpoch, handshake: authorizer, visit });
  return { statusCode: 200 };
});

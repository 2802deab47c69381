import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import { parseCredentials, visitOf } from '../chat/credentials.ts';
import { HandshakeContext } from '../chat/handshake.ts';
import { ENV } from '../constants.ts';
import { requireEnv } from '../environment.ts';

const greet = requireEnv(ENV.greetFunction);
const lambda = new LambdaClient({});

const Event = z.object({
  requestContext: z.object({ connectionId: z.string(), requestTimeEpoch: z.number(), authorizer: z.unknown() }),
  queryStringParameters: z.nullish(z.record(z.string(), z.string())),
});

/**
 * Answers `$connect`, and sends for `greet`: the server must speak first, but nothing can be posted
 * to a connection before this function has returned.
 */
export async function handler(event: unknown): Promise<{ statusCode: number }> {
  const { requestContext, queryStringParameters } = Event.parse(event);
  const { connectionId, requestTimeEpoch, authorizer } = requestContext;
  const known = HandshakeContext.parse(authorizer).outcome === 'known';
  const visit = known ? visitOf(parseCredentials(queryStringParameters?.auth)) : {};
  const payload = { connectionId, at: requestTimeEpoch, handshake: authorizer, visit };
  await lambda.send(
    new InvokeCommand({ FunctionName: greet, InvocationType: 'Event', Payload: JSON.stringify(payload) }),
  );
  return { statusCode: 200 };
}

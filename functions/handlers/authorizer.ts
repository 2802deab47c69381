import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import * as z from 'zod/mini';
import { parseCredentials, visitOf } from '../auth/auth-payload.ts';
import { type Handshake, toContext } from '../auth/authorizer-context.ts';
import { authenticate } from '../auth/login.ts';
import { couldRecover, recovers } from '../chat/recoverable.ts';
import { observed } from '../observe/observed.ts';
import { type Eio, parseEio } from '../protocol/index.ts';
import { ChatError } from '../shared/errors.ts';
import { isUser } from '../shared/principal.ts';

const Event = z.object({
  methodArn: z.string(),
  queryStringParameters: z.nullish(z.record(z.string(), z.string())),
});

/**
 * Decides at `$connect` who a connection belongs to. Only what is no Socket.IO client is turned away here (403);
 * wrong credentials are let in with a mark, and told so in words that the client understands.
 */
export const handler = observed(async (event: unknown): Promise<APIGatewayAuthorizerResult> => {
  const { methodArn, queryStringParameters: query } = Event.parse(event);
  const eio = parseEio(query?.EIO);
  if (!eio || (query?.transport ?? 'websocket') !== 'websocket') return answer('Deny', methodArn, {});
  return answer('Allow', methodArn, toContext(await handshake(eio, query ?? {})));
});

async function handshake(eio: Eio, query: Record<string, string>): Promise<Handshake> {
  const could = couldRecover(eio, query);
  if (!query.auth) return { eio, outcome: 'anonymous', recovers: could };
  try {
    const credentials = parseCredentials(query.auth);
    const principal = await authenticate(credentials, Date.now());
    return isUser(principal) && (await recovers(principal, credentials, could))
      ? { eio, outcome: 'known', principal, recovers: true, visit: visitOf(credentials) }
      : { eio, outcome: 'known', principal, recovers: false };
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    return { eio, outcome: 'refused', code: error.code, message: error.message };
  }
}

function answer(
  effect: 'Allow' | 'Deny',
  methodArn: string,
  context: Record<string, string>,
): APIGatewayAuthorizerResult {
  return {
    principalId: 'client',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: effect, Action: 'execute-api:Invoke', Resource: methodArn }],
    },
    context,
  };
}

import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import * as z from 'zod/mini';
import { loginOptions, parseAuthPayload } from '../auth/auth-payload.ts';
import { type Authorization, toAuthorizerContext } from '../auth/authorizer-context.ts';
import { authenticate } from '../auth/login.ts';
import { observed } from '../observe/observed.ts';
import { type Eio, parseEio } from '../protocol/index.ts';
import { clientAddress } from '../shared/client-address.ts';
import { ChatError } from '../shared/errors.ts';
import { readSid } from '../shared/sid.ts';

const Event = z.object({
  methodArn: z.string(),
  headers: z._default(z.record(z.string(), z.string()), {}),
  queryStringParameters: z.nullish(z.record(z.string(), z.string())),
});

/**
 * Authenticates a connection at `$connect`. It denies (403) only requests that do not come from a Socket.IO client on
 * the websocket transport. It accepts wrong credentials and marks them, so that the server can send an error to the
 * client.
 */
export const handler = observed(async (event: unknown): Promise<APIGatewayAuthorizerResult> => {
  const { methodArn, headers, queryStringParameters } = Event.parse(event);
  const query = queryStringParameters ?? {};
  const eio = parseEio(query.EIO);
  const { sid } = query;
  if (!eio || query.transport !== 'websocket' || (sid && readSid(sid)?.eio !== eio))
    return answer('Deny', methodArn, {});
  const authorization = await authorize(eio, query.auth, clientAddress(headers));
  return answer('Allow', methodArn, toAuthorizerContext({ ...authorization, ...(sid && { sid }) }));
});

async function authorize(eio: Eio, auth: string | undefined, address: string | undefined): Promise<Authorization> {
  if (!auth) return { eio, outcome: 'anonymous', address };
  try {
    const payload = parseAuthPayload(auth);
    const { principal, proof } = await authenticate(payload, { now: Date.now(), address });
    return { eio, outcome: 'known', principal, options: loginOptions(payload, proof) };
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

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { RequestSigner } from '@smithy/types';
import { countThrottling } from '../observe/throttling.ts';
import { clientConfig } from '../shared/aws-client.ts';
import { METRIC } from '../shared/constants.ts';
import { sign } from '../shared/signature.ts';
import { retryConflicts } from './retry-conflicts.ts';

/** Signs with a kept key. The SDK would build a signer for each request, from a copy of the configuration. */
const signer: RequestSigner = {
  async sign(request, { signingDate = Date.now() } = {}) {
    const { method, hostname, port, path, headers, body } = request;
    const host = port === undefined ? hostname : `${hostname}:${port}`;
    const { 'content-type': type = '', 'x-amz-target': target = '' } = headers;
    const signed = { 'content-type': type, 'x-amz-target': target };
    Object.assign(headers, sign('dynamodb', { method, host, path, headers: signed, body }, new Date(signingDate)));
    return request;
  },
};

/**
 * What every call would do for nothing: copy its input and output for a logger that ignores them, describe the SDK to
 * AWS, and pass on a trace that DynamoDB does not use.
 */
const UNUSED = ['loggerMiddleware', 'getUserAgentMiddleware', 'recursionDetectionMiddleware'];

export const client = new DynamoDBClient({
  ...clientConfig('quick'),
  signer,
  accountIdEndpointMode: 'disabled',
  // The middleware is resolved once for each kind of command, so it must be complete before the first call. Calls of one
  // kind share its context. All of them have the same endpoint and signer.
  cacheMiddleware: true,
});
for (const name of UNUSED) client.middlewareStack.remove(name);
countThrottling(client, METRIC.tableThrottles);
retryConflicts(client);

import {
  ApiGatewayManagementApiClient,
  ApiGatewayManagementApiServiceException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { clientConfig } from '../../functions/shared/aws-client.ts';
import { ENV } from '../../functions/shared/constants.ts';
import { requireEnv } from '../../functions/shared/environment.ts';

/** The SDK retries status 429 with backoff and jitter. Five attempts take four seconds on average and at most eight. */
const client = new ApiGatewayManagementApiClient({
  ...clientConfig('quick'),
  endpoint: requireEnv(ENV.callbackUrl),
  maxAttempts: 5,
});

/**
 * Posts one text frame with the SDK client, for comparison.
 * @returns `gone` when the connection does not exist
 * @throws on every other failure
 */
export async function post(connectionId: string, frame: string): Promise<'sent' | 'gone'> {
  try {
    await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame }));
    return 'sent';
  } catch (error) {
    if (error instanceof ApiGatewayManagementApiServiceException && error.$metadata.httpStatusCode === 410)
      return 'gone';
    throw error;
  }
}

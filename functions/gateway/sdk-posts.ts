import {
  ApiGatewayManagementApiClient,
  ApiGatewayManagementApiServiceException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { countThrottling } from '../observe/throttling.ts';
import { clientConfig } from '../shared/aws-client.ts';
import { ENV, METRIC } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';

/** The SDK retries status 429 with backoff and jitter. Five attempts take four seconds on average and at most eight. */
const client = new ApiGatewayManagementApiClient({
  ...clientConfig('quick'),
  endpoint: requireEnv(ENV.callbackUrl),
  maxAttempts: 5,
});
countThrottling(client, METRIC.postsThrottled);

/**
 * Posts one text frame with the SDK client. Only handshakes use it. All other functions use the client in
 * `connections.ts`, which needs less CPU.
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

/**
 * Posts the first frame of a connection, and retries for about three seconds. API Gateway answers 410 until `$connect`
 * has returned, although the client is connected.
 */
export async function postFirst(connectionId: string, frame: string): Promise<'sent' | 'gone'> {
  for (let pause = 10; pause < 2000; pause *= 2) {
    if ((await post(connectionId, frame)) === 'sent') return 'sent';
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, 1000)));
  }
  return 'gone';
}

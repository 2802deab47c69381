import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { countThrottling } from '../observe/throttling.ts';
import { clientConfig } from '../shared/aws-client.ts';
import { ENV, METRIC } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';

/**
 * The SDK retries status 429 with backoff and jitter. The status means that the account exceeds its post rate, or that
 * the buffer of the client is full. Five attempts take four seconds on average and at most eight.
 */
const client = new ApiGatewayManagementApiClient({
  ...clientConfig('quick'),
  endpoint: requireEnv(ENV.callbackUrl),
  maxAttempts: 5,
});
countThrottling(client, METRIC.postsThrottled);

/** A client without retries, for callers that must react to throttling. */
const clientWithoutRetries = new ApiGatewayManagementApiClient({
  ...clientConfig('quick'),
  endpoint: requireEnv(ENV.callbackUrl),
  maxAttempts: 1,
});
countThrottling(clientWithoutRetries, METRIC.postsThrottled);

/** API Gateway returns 410 for a closed connection, and for one whose `$connect` has not returned yet. */
function isGone(error: unknown): boolean {
  return status(error) === 410;
}

function status(error: unknown): unknown {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  return metadata && typeof metadata === 'object' && 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined;
}

/** Posts one text frame. Returns `gone` when the connection does not exist. Throws on every other failure. */
export async function post(connectionId: string, frame: string): Promise<'sent' | 'gone'> {
  try {
    await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame }));
    return 'sent';
  } catch (error) {
    if (isGone(error)) return 'gone';
    throw error;
  }
}

/**
 * Posts one text frame without retries. Returns `gone` when the connection does not exist. Returns `refused` when the
 * account or the client is throttled. Returns `failed` after a temporary failure. Throws on every other failure.
 */
export async function tryPost(connectionId: string, frame: string): Promise<'sent' | 'gone' | 'refused' | 'failed'> {
  try {
    await clientWithoutRetries.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame }));
    return 'sent';
  } catch (error) {
    if (isGone(error)) return 'gone';
    const answer = status(error);
    if (answer === 429) return 'refused';
    // No status code means a network failure.
    if (typeof answer !== 'number' || answer >= 500) return 'failed';
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

/**
 * The time of the last activity on a connection, in epoch ms. AWS does not document whether frames from the server
 * count as activity, so they may.
 */
export async function lastActiveAt(connectionId: string): Promise<number | 'gone'> {
  try {
    const { LastActiveAt } = await client.send(new GetConnectionCommand({ ConnectionId: connectionId }));
    if (!LastActiveAt) throw new Error('API Gateway returned no LastActiveAt for the connection');
    return LastActiveAt.getTime();
  } catch (error) {
    if (isGone(error)) return 'gone';
    throw error;
  }
}

/** Closes a connection. A connection that is already closed is not an error. */
export async function close(connectionId: string): Promise<void> {
  try {
    await client.send(new DeleteConnectionCommand({ ConnectionId: connectionId }));
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

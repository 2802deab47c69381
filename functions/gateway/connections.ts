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
 * The SDK retries 429 by itself, with backoff and jitter: it means that the account's post rate is exceeded
 * or that this client's buffer is full. Five attempts take four seconds on average, and eight at most.
 */
const client = new ApiGatewayManagementApiClient({
  ...clientConfig('quick'),
  endpoint: requireEnv(ENV.callbackUrl),
  maxAttempts: 5,
});
countThrottling(client, METRIC.postsThrottled);

/** The same without retries, for those who have to know that they are refused. */
const impatient = new ApiGatewayManagementApiClient({
  ...clientConfig('quick'),
  endpoint: requireEnv(ENV.callbackUrl),
  maxAttempts: 1,
});
countThrottling(impatient, METRIC.postsThrottled);

/** API Gateway's answer for a connection that is closed, or whose `$connect` has not returned yet. */
function isGone(error: unknown): boolean {
  return status(error) === 410;
}

function status(error: unknown): unknown {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  return metadata && typeof metadata === 'object' && 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined;
}

/** Posts one text frame. Answers `gone` when the connection does not exist (any more); throws on every other failure. */
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
 * Posts one text frame, once. Answers `gone` when the connection does not exist (any more), `refused` when this would be
 * one post too many for the account or the client, `failed` when it may succeed another time; throws on every other failure.
 */
export async function tryPost(connectionId: string, frame: string): Promise<'sent' | 'gone' | 'refused' | 'failed'> {
  try {
    await impatient.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame }));
    return 'sent';
  } catch (error) {
    if (isGone(error)) return 'gone';
    const answer = status(error);
    if (answer === 429) return 'refused';
    // Without an answer the network failed.
    if (typeof answer !== 'number' || answer >= 500) return 'failed';
    throw error;
  }
}

/**
 * Posts the first frame of a connection, for at most about three seconds: until `$connect` has returned
 * to API Gateway, posts are answered with 410 although the client is there.
 */
export async function postFirst(connectionId: string, frame: string): Promise<'sent' | 'gone'> {
  for (let pause = 10; pause < 2000; pause *= 2) {
    if ((await post(connectionId, frame)) === 'sent') return 'sent';
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, 1000)));
  }
  return 'gone';
}

/**
 * When something last went over a connection, epoch ms. AWS does not tell whether what the server posts counts, so it may.
 */
export async function lastActiveAt(connectionId: string): Promise<number | 'gone'> {
  try {
    const { LastActiveAt } = await client.send(new GetConnectionCommand({ ConnectionId: connectionId }));
    if (!LastActiveAt) throw new Error('API Gateway did not tell when the connection was last active');
    return LastActiveAt.getTime();
  } catch (error) {
    if (isGone(error)) return 'gone';
    throw error;
  }
}

/** Closes a connection; one that is closed already is no error. */
export async function close(connectionId: string): Promise<void> {
  try {
    await client.send(new DeleteConnectionCommand({ ConnectionId: connectionId }));
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

import { AwsClient } from 'aws4fetch';
import { correlationId } from '../observe/observed.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';

/**
 * Signs as the function's role. The SDK's client for Lambda would do the same, and take 71 KB of each bundle.
 * A request that meets 429 or 5xx is retried with backoff.
 */
const client = () =>
  new AwsClient({
    accessKeyId: requireEnv('AWS_ACCESS_KEY_ID'),
    secretAccessKey: requireEnv('AWS_SECRET_ACCESS_KEY'),
    sessionToken: requireEnv('AWS_SESSION_TOKEN'),
    region: requireEnv('AWS_REGION'),
    service: 'lambda',
    retries: 3,
  });

let aws: AwsClient | undefined;

/**
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 * The event takes along which request it comes of: Lambda hands a client context over in synchronous invocations only.
 */
async function send(url: string, type: 'Event' | 'RequestResponse', event: object): Promise<Response> {
  aws ??= client();
  const headers = { 'X-Amz-Invocation-Type': type };
  const response = await aws.fetch(url, {
    method: 'POST',
    headers,
    body: JSON.stringify({ ...event, correlationId: correlationId() }),
  });
  if (!response.ok) throw new Error(`Lambda answered ${response.status}: ${await response.text()}`);
  return response;
}

/** The Invoke URL of the very function that runs: CloudFormation cannot tell a function its own name, so Lambda does. */
export const ownUrl = (): string =>
  `${requireEnv(ENV.functionsUrl)}${requireEnv('AWS_LAMBDA_FUNCTION_NAME')}/invocations`;

/**
 * Invokes a function asynchronously: Lambda has taken the event over when this returns, and retries it by itself.
 * @param url the function's Invoke URL
 * @throws when Lambda does not accept the event
 */
export async function invokeAsync(url: string, event: object): Promise<void> {
  await send(url, 'Event', event);
}

/**
 * Invokes a function and waits for what it returns.
 * @param url the function's Invoke URL
 * @throws when it failed, or Lambda did not run it
 */
export async function invoke(url: string, event: object): Promise<unknown> {
  const response = await send(url, 'RequestResponse', event);
  if (response.headers.has('x-amz-function-error')) throw new Error(`The function failed: ${await response.text()}`);
  return response.json();
}

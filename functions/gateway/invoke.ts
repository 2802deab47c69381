import { correlationId } from '../observe/observed.ts';
import { TIMEOUT_MS } from '../shared/aws-client.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { HttpResponse } from './http-client.ts';
import { postSigned } from './signed-request.ts';

/** Keeps a synchronous invocation within the time limit of its caller. */
const SYNCHRONOUS_TIMEOUT_MS = 28_000;

/**
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 * The event carries the correlation id, because Lambda passes a client context only to synchronous invocations.
 */
async function send(url: string, type: 'Event' | 'RequestResponse', event: object): Promise<HttpResponse> {
  const response = await postSigned(url, {
    service: 'lambda',
    headers: { 'x-amz-invocation-type': type },
    body: JSON.stringify({ ...event, correlationId: correlationId() }),
    timeoutMs: type === 'Event' ? TIMEOUT_MS.quick : SYNCHRONOUS_TIMEOUT_MS,
  });
  if (response.status >= 300) throw new Error(`Lambda answered ${response.status}: ${response.body}`);
  return response;
}

/**
 * The Invoke URL of the running function. CloudFormation cannot pass a function its own name, so the name comes from
 * Lambda.
 */
export const ownUrl = (): string =>
  `${requireEnv(ENV.functionsUrl)}${requireEnv('AWS_LAMBDA_FUNCTION_NAME')}/invocations`;

/**
 * Invokes a function asynchronously. On return, Lambda has accepted the event and is responsible for retries.
 * @param url the function's Invoke URL
 * @throws when Lambda does not accept the event
 */
export async function invokeAsync(url: string, event: object): Promise<void> {
  await send(url, 'Event', event);
}

/**
 * Invokes a function and waits for its result.
 * @param url the function's Invoke URL
 * @throws when the function fails or Lambda does not run it
 */
export async function invoke(url: string, event: object): Promise<unknown> {
  const { headers, body } = await send(url, 'RequestResponse', event);
  if (headers['x-amz-function-error'] !== undefined) throw new Error(`The function failed: ${body}`);
  return JSON.parse(body);
}

import { setTimeout } from 'node:timers/promises';
import * as z from 'zod/mini';
import { count } from '../observe/metrics.ts';
import { TIMEOUT_MS } from '../shared/aws-client.ts';
import { ENV, METRIC } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { encodeSegment } from '../shared/signature.ts';
import type { HttpRequest, HttpResponse } from './http-client.ts';
import { requestSigned } from './signed-request.ts';

/** The result of one attempt. A refused or failed attempt may succeed later. */
type Answer =
  | { readonly outcome: 'done'; readonly body: string }
  | { readonly outcome: 'gone' }
  | { readonly outcome: 'refused' | 'failed'; readonly error: unknown };

/** Maximum attempts. They take four seconds on average and at most eight. */
const ATTEMPTS = 5;

/** The longest pause after the first attempt, doubled after each further one, in ms. */
const PAUSE_MS = { refused: 500, failed: 100 } as const;

const callbackUrl = requireEnv(ENV.callbackUrl);

/**
 * Makes one attempt to call the connections API of API Gateway. Fan-out makes thousands of such calls, and the SDK
 * client needs more than three times the CPU (decision 44).
 * @throws when another attempt would fail as well
 */
async function attempt(method: HttpRequest['method'], connectionId: string, frame = ''): Promise<Answer> {
  let response: HttpResponse;
  try {
    response = await requestSigned(new URL(`${callbackUrl}/@connections/${encodeSegment(connectionId)}`), {
      service: 'execute-api',
      method,
      headers: method === 'POST' ? { 'content-type': 'application/octet-stream' } : {},
      body: frame,
      timeoutMs: TIMEOUT_MS.quick,
    });
  } catch (error) {
    return { outcome: 'failed', error };
  }
  const { status, body } = response;
  if (status < 300) return { outcome: 'done', body };
  // A closed connection, or one whose `$connect` has not returned yet.
  if (status === 410) return { outcome: 'gone' };
  const error = new Error(`API Gateway answered ${status} to ${method} @connections: ${body}`);
  if (status >= 500) return { outcome: 'failed', error };
  if (status !== 429) throw error;
  // The account exceeds its post rate, or the buffer of the client is full.
  count(METRIC.postsThrottled);
  return { outcome: 'refused', error };
}

/** Repeats an attempt that was refused or failed, with backoff and jitter. Throws when all attempts failed. */
async function call(...request: Parameters<typeof attempt>): Promise<Exclude<Answer, { error: unknown }>> {
  for (let made = 1; ; made++) {
    const answer = await attempt(...request);
    if (!('error' in answer)) return answer;
    if (made === ATTEMPTS) throw answer.error;
    await setTimeout(Math.random() * PAUSE_MS[answer.outcome] * 2 ** (made - 1));
  }
}

/** Posts one text frame. Returns `gone` when the connection does not exist. Throws on every other failure. */
export async function post(connectionId: string, frame: string): Promise<'sent' | 'gone'> {
  const { outcome } = await call('POST', connectionId, frame);
  return outcome === 'done' ? 'sent' : outcome;
}

/**
 * Posts one text frame without retries, for callers that must react to throttling. Returns `gone` when the connection
 * does not exist. Returns `refused` when the account or the client is throttled. Returns `failed` after a temporary
 * failure. Throws on every other failure.
 */
export async function tryPost(connectionId: string, frame: string): Promise<'sent' | 'gone' | 'refused' | 'failed'> {
  const { outcome } = await attempt('POST', connectionId, frame);
  return outcome === 'done' ? 'sent' : outcome;
}

const Activity = z.object({ lastActiveAt: z.string() });

/**
 * The time of the last activity on a connection, in epoch ms. AWS does not document whether frames from the server
 * count as activity, so they may.
 */
export async function lastActiveAt(connectionId: string): Promise<number | 'gone'> {
  const answer = await call('GET', connectionId);
  return answer.outcome === 'gone' ? 'gone' : Date.parse(Activity.parse(JSON.parse(answer.body)).lastActiveAt);
}

/** Closes a connection. A connection that is already closed is not an error. */
export async function close(connectionId: string): Promise<void> {
  await call('DELETE', connectionId);
}

import { setTimeout } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { requireEnv } from '../shared/environment.ts';
import { type HttpResponse, post } from './http-client.ts';

const ATTEMPTS = 4;
const LONGEST_PAUSE_MS = 1000;

export interface SignedRequest {
  readonly service: 'lambda' | 'sns' | 'sqs';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}

/**
 * Posts to an AWS API, signed with the role of the function. The SDK client would do the same, but adds 71 KB to each
 * bundle. A response of 429 or 5xx is retried with backoff.
 */
export async function postSigned(url: string, request: SignedRequest): Promise<HttpResponse> {
  const { service, headers, body, timeoutMs } = request;
  for (let attempt = 1; ; attempt++) {
    const signed = await new AwsV4Signer({
      url,
      method: 'POST',
      headers,
      body,
      service,
      accessKeyId: requireEnv('AWS_ACCESS_KEY_ID'),
      secretAccessKey: requireEnv('AWS_SECRET_ACCESS_KEY'),
      sessionToken: requireEnv('AWS_SESSION_TOKEN'),
      region: requireEnv('AWS_REGION'),
    }).sign();
    const response = await post(url, { headers: Object.fromEntries(signed.headers), body, timeoutMs });
    const temporary = response.status === 429 || response.status >= 500;
    if (!temporary || attempt === ATTEMPTS) return response;
    await setTimeout(Math.random() * Math.min(100 * 2 ** attempt, LONGEST_PAUSE_MS));
  }
}

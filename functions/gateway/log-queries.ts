import { setTimeout } from 'node:timers/promises';
import * as z from 'zod/mini';
import { TIMEOUT_MS } from '../shared/aws-client.ts';
import { requireEnv } from '../shared/environment.ts';
import { postSigned } from './signed-request.ts';

/** Pauses between requests for the result, which takes some seconds. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;

/** The most rows of a result. */
const MOST_ROWS = 10_000;

const Started = z.object({ queryId: z.string() });
const Results = z.object({
  status: z.string(),
  results: z._default(z.array(z.array(z.object({ field: z.string(), value: z.string() }))), []),
});

/** A query of CloudWatch Logs Insights. */
export interface LogQuery {
  readonly groups: readonly string[];
  readonly query: string;
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
}

/**
 * Runs a query and waits for its result. Each GB of log in the range costs $0.005.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html
 * @returns rows by the names of their fields. A row lacks the fields without a value
 */
export async function queryLogs({ groups, query, from, to }: LogQuery): Promise<Record<string, string>[]> {
  const { queryId } = Started.parse(
    await call('StartQuery', {
      logGroupNames: groups,
      queryString: query,
      startTime: Math.floor(from / 1000),
      endTime: Math.ceil(to / 1000),
      limit: MOST_ROWS,
    }),
  );
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    await setTimeout(pause);
    const { status, results } = Results.parse(await call('GetQueryResults', { queryId }));
    if (status === 'Complete') {
      return results.map((row) => Object.fromEntries(row.map(({ field, value }) => [field, value])));
    }
    if (status !== 'Scheduled' && status !== 'Running') throw new Error(`A query of the logs ended: ${status}`);
  }
}

async function call(operation: string, input: object): Promise<unknown> {
  const region = requireEnv('AWS_REGION');
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const endpoint = process.env.AWS_ENDPOINT_URL ?? `https://logs.${region}.${suffix}`;
  const { status, body } = await postSigned(new URL('/', endpoint).href, {
    service: 'logs',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Logs_20140328.${operation}` },
    body: JSON.stringify(input),
    timeoutMs: TIMEOUT_MS.service,
  });
  if (status >= 300) throw new Error(`CloudWatch Logs answered ${status}: ${body}`);
  return JSON.parse(body);
}

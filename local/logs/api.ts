import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { Service } from '../gate/gate.ts';
import { jsonApi, operation, ServiceError } from '../gate/json-api.ts';
import type { Model } from '../template/model.ts';
import { readProperties } from '../template/model.ts';
import { arn } from '../template/names.ts';
import { parseQuery } from './insights.ts';
import type { LogLines } from './lines.ts';

const INVALID = 'InvalidParameterException';

const Start = z.object({
  logGroupNames: z.array(z.string()).check(z.minLength(1), z.maxLength(50)),
  queryString: z.string(),
  /** Epoch seconds, inclusive. */
  startTime: z.int(),
  endTime: z.int(),
  limit: z._default(z.int().check(z.minimum(1), z.maximum(10_000)), 10_000),
});
const Results = z.object({ queryId: z.string() });

const Logged = z.object({ LoggingConfig: z.optional(z.object({ LogGroup: z.optional(z.string()) })) });

/** Results that are kept until they are read. */
const KEPT = 100;

/**
 * The queries of CloudWatch Logs. As on AWS, a query is not complete at once.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html
 */
export function logsApi(model: Model, lines: LogLines): Service {
  const queries = new Map<string, { asked: number; results: object[] }>();
  const functionsOf = (group: string) =>
    model
      .ofType('AWS::Lambda::Function')
      .filter((resource) => readProperties(resource, Logged).LoggingConfig?.LogGroup === group)
      .map(({ logicalId }) => logicalId);

  return jsonApi('logs', {
    StartQuery: operation(Start, INVALID, ({ logGroupNames, queryString, startTime, endTime, limit }) => ({
      resource: logGroupNames.map((name) => arn('logs', `log-group:${name}:*`)),
      run() {
        const query = parseQuery(queryString);
        if (!query) throw new ServiceError('MalformedQueryException', `The local cloud cannot run ${queryString}`);
        if (startTime >= endTime) throw new ServiceError(INVALID, 'The start time is not before the end time');
        const unknown = logGroupNames.find((name) => functionsOf(name).length === 0);
        if (unknown !== undefined) throw new ServiceError('ResourceNotFoundException', `No log group ${unknown}`);
        const ids = new Set(logGroupNames.flatMap(functionsOf));
        const results = query(lines.between(ids, startTime * 1000, endTime * 1000 + 999)).slice(0, limit);
        const queryId = randomUUID();
        queries.set(queryId, { asked: 0, results });
        for (const old of [...queries.keys()].slice(0, -KEPT)) queries.delete(old);
        return { queryId };
      },
    })),
    GetQueryResults: operation(Results, INVALID, ({ queryId }) => ({
      resource: '*',
      run() {
        const query = queries.get(queryId);
        if (!query) throw new ServiceError('ResourceNotFoundException', `There is no query ${queryId}`);
        return query.asked++ === 0
          ? { status: 'Running', results: [] }
          : { status: 'Complete', results: query.results };
      },
    })),
  });
}

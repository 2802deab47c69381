import type { MiddlewareStack } from '@smithy/types';
import { METRIC } from '../shared/constants.ts';
import { count } from './metrics.ts';

/** The throttling errors of DynamoDB. */
const THROTTLED =
  /^(Throttling\w*|ProvisionedThroughputExceededException|RequestLimitExceeded|LimitExceededException)$/;

/** Counts every throttled attempt, including attempts that the SDK later retries with success. */
export function countThrottling<I extends object, O extends object>(client: {
  readonly middlewareStack: MiddlewareStack<I, O>;
}): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (error instanceof Error && THROTTLED.test(error.name)) count(METRIC.tableThrottles);
        throw error;
      }
    },
    // The middleware wraps deserialization, which creates the errors. This position is inside the retry loop, so it
    // runs per attempt.
    { name: 'countThrottling', step: 'deserialize', priority: 'high' },
  );
}

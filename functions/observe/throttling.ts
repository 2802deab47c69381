import type { MiddlewareStack } from '@smithy/types';
import type { METRIC } from '../shared/constants.ts';
import { count } from './metrics.ts';

/** The throttling errors of DynamoDB and of API Gateway's connections API. */
const THROTTLED =
  /^(Throttling\w*|ProvisionedThroughputExceededException|RequestLimitExceeded|LimitExceededException)$/;

/** Counts every throttled attempt, including attempts that the SDK later retries with success. */
export function countThrottling<I extends object, O extends object>(
  client: { readonly middlewareStack: MiddlewareStack<I, O> },
  metric: (typeof METRIC)['postsThrottled' | 'tableThrottles'],
): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (error instanceof Error && THROTTLED.test(error.name)) count(metric);
        throw error;
      }
    },
    // The middleware wraps deserialization, which creates the errors. This position is inside the retry loop, so it
    // runs per attempt.
    { name: 'countThrottling', step: 'deserialize', priority: 'high' },
  );
}

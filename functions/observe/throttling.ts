import type { MiddlewareStack } from '@smithy/types';
import type { METRIC } from '../shared/constants.ts';
import { count } from './metrics.ts';

/** DynamoDB's errors, and that of API Gateway's connections. */
const THROTTLED =
  /^(Throttling\w*|ProvisionedThroughputExceededException|RequestLimitExceeded|LimitExceededException)$/;

/** Counts each time that AWS throttles a client's call, also when the SDK then tries again and succeeds. */
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
    // Around the reading of each answer, which makes an error of it, and so within the retries.
    { name: 'countThrottling', step: 'deserialize', priority: 'high' },
  );
}

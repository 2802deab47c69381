import { setTimeout } from 'node:timers/promises';
import type { MiddlewareStack } from '@smithy/types';

const ATTEMPTS = 10;
const LONGEST_PAUSE_MS = 500;

/**
 * Retries writes and transactional reads that conflict with a transaction. DynamoDB rejects them immediately, and the
 * SDK does not retry them. Write transactions are excluded, because their callers must read the items again.
 */
export function retryConflicts<I extends object, O extends object>(client: {
  readonly middlewareStack: MiddlewareStack<I, O>;
}): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await next(args);
        } catch (error) {
          if (attempt === ATTEMPTS || !isConflict(error)) throw error;
          // A transaction takes about 20 ms.
          await setTimeout(Math.random() * Math.min(20 * 2 ** attempt, LONGEST_PAUSE_MS));
        }
      }
    },
    { name: 'retryConflicts', step: 'initialize', priority: 'high' },
  );
}

const isConflict = (error: unknown) => error instanceof Error && error.name === 'TransactionConflictException';

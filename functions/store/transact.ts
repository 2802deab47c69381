import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { ChatError, ERROR } from '../shared/errors.ts';
import { dynamo } from './dynamo.ts';

export type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** What one transaction of DynamoDB takes at most. */
export const MOST_WRITES = 100;

const ATTEMPTS = 10;

/**
 * Runs a transaction. One that met another on the same items is tried again, with jitter.
 * @returns undefined when it was done; else, for each write in order, whether its condition failed: nothing was written
 * @throws ChatError 5005 when others keep changing the same items
 */
export async function transact(writes: Write[]): Promise<boolean[] | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      await dynamo.send(new TransactWriteCommand({ TransactItems: writes }));
      return undefined;
    } catch (error) {
      const reasons = cancellationReasons(error);
      if (!reasons) throw error;
      const refused = reasons.map((reason) => reason === 'ConditionalCheckFailed');
      if (refused.includes(true)) return refused;
      if (attempt === ATTEMPTS) {
        throw new ChatError(ERROR.conflict, 'Too many requests change the same things at this moment; try again');
      }
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** Math.min(attempt, 6)));
    }
  }
}

function cancellationReasons(error: unknown): string[] | undefined {
  if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') return undefined;
  const reasons =
    'CancellationReasons' in error && Array.isArray(error.CancellationReasons) ? error.CancellationReasons : [];
  return reasons.map((reason: { Code?: string }) => reason.Code ?? 'None');
}

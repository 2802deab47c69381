import { ChatError, ERROR } from '../shared/errors.ts';
import { dynamo, type Write } from './documents.ts';

export type { Write } from './documents.ts';

/** Maximum writes of a DynamoDB transaction. */
export const MAX_WRITES = 100;

const ATTEMPTS = 25;

/**
 * Runs a transaction. Retries with jitter after a conflict with another transaction.
 * @returns undefined on success; else, for each write in order, whether its condition failed, and nothing was written
 * @throws ChatError 5005 after too many conflicts; the error of DynamoDB for an invalid write
 */
export async function transact(writes: Write[]): Promise<boolean[] | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const outcome = await tryTransaction(writes);
    if (outcome === 'done') return undefined;
    if (outcome !== 'conflict') return outcome;
    await pauseAfter(attempt);
  }
  throw new ChatError(ERROR.conflict, 'Too many requests change the same items at this moment; try again');
}

/** Transactions that follow from the data read, in order, and the result once they succeed. */
export interface Plan<T> {
  readonly transactions: readonly Write[][];
  readonly result: T;
}

const PLAN_ATTEMPTS = 25;

/**
 * Reads, plans and writes. After a conflict or a failed condition, repeats all three with jitter. A repeated plan does
 * not contain writes that already succeeded. Callers need no other retry.
 * @param plan reads the data and derives the writes; its errors propagate
 * @param busy the start of the error message about concurrent changes
 * @throws ChatError 5005 after too many conflicts
 */
export async function commit<T>(plan: () => Promise<Plan<T>>, busy: string): Promise<T> {
  for (let attempt = 1; attempt <= PLAN_ATTEMPTS; attempt++) {
    const { transactions, result } = await plan();
    if (await allDone(transactions)) return result;
    await pauseAfter(attempt);
  }
  throw new ChatError(ERROR.conflict, `${busy} at this moment; try again`);
}

async function allDone(transactions: readonly Write[][]): Promise<boolean> {
  for (const writes of transactions) {
    if ((await tryTransaction(writes)) !== 'done') return false;
  }
  return true;
}

async function tryTransaction(writes: Write[]): Promise<'done' | 'conflict' | boolean[]> {
  try {
    await dynamo.transactWrite({ TransactItems: writes });
    return 'done';
  } catch (error) {
    const reasons = cancellationReasons(error);
    // An invalid write fails each time.
    if (!reasons || reasons.includes('ValidationError')) throw error;
    const refused = reasons.map((reason) => reason === 'ConditionalCheckFailed');
    return refused.includes(true) ? refused : 'conflict';
  }
}

function pauseAfter(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(10 * 2 ** attempt, 640)));
}

function cancellationReasons(error: unknown): string[] | undefined {
  if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') return undefined;
  const reasons =
    'CancellationReasons' in error && Array.isArray(error.CancellationReasons) ? error.CancellationReasons : [];
  return reasons.map((reason: { Code?: string }) => reason.Code ?? 'None');
}

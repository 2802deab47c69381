import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { ChatError, ERROR } from '../shared/errors.ts';
import { dynamo } from './dynamo.ts';

export type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** What one transaction of DynamoDB takes at most. */
export const MAX_WRITES = 100;

const ATTEMPTS = 25;

/**
 * Runs a transaction. One that met another on the same items is tried again, with jitter.
 * @returns undefined when it was done; else, for each write in order, whether its condition failed: nothing was written
 * @throws ChatError 5005 when others keep changing the same items
 */
export async function transact(writes: Write[]): Promise<boolean[] | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const outcome = await tryTransaction(writes);
    if (outcome === 'done') return undefined;
    if (outcome !== 'conflict') return outcome;
    await pauseAfter(attempt);
  }
  throw new ChatError(ERROR.conflict, 'Too many requests change the same things at this moment; try again');
}

/** Transactions that follow from what was read, in their order, and what holds when they are done. */
export interface Plan<T> {
  readonly transactions: readonly Write[][];
  readonly result: T;
}

const PLAN_ATTEMPTS = 25;

/**
 * Reads, plans and writes. Whenever a transaction meets another one, or its conditions do not hold any more, all three are
 * repeated, with jitter: what is written by then is no longer in the next plan. No other retry is needed around it.
 * @param plan reads, and derives the writes from that; its errors end everything
 * @param busy says, as a sentence, what others keep changing
 * @throws ChatError 5005 when they do not stop
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
    await dynamo.send(new TransactWriteCommand({ TransactItems: writes }));
    return 'done';
  } catch (error) {
    const reasons = cancellationReasons(error);
    if (!reasons) throw error;
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

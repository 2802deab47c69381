import { ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { UpdateInput } from './documents.ts';
import { dynamo, unlessRefused } from './dynamo.ts';

const table = requireEnv(ENV.accountsTable);

/** A limit per time window. The window begins with the first event. */
export interface CounterLimit {
  readonly limit: number;
  readonly windowMs: number;
}

/**
 * Increments a counter if the limit permits it.
 * @param name what is counted; the first part is the application
 * @param now epoch ms
 * @returns whether it was incremented
 */
export async function countAgainst(name: string, { limit, windowMs }: CounterLimit, now: number): Promise<boolean> {
  if (limit < 1) return false;
  const until = now + windowMs;
  const goOn = () =>
    update(name, {
      UpdateExpression: 'SET #count = #count + :one',
      ConditionExpression: '#until > :now AND #count < :limit',
      ExpressionAttributeNames: { '#count': 'count', '#until': 'until' },
      ExpressionAttributeValues: { ':one': 1, ':now': now, ':limit': limit },
    });
  const begin = () =>
    update(name, {
      UpdateExpression: 'SET #count = :one, #until = :until, #expires = :expires',
      ConditionExpression: 'attribute_not_exists(#count) OR #until <= :now',
      ExpressionAttributeNames: { '#count': 'count', '#until': 'until', '#expires': EXPIRES },
      ExpressionAttributeValues: { ':one': 1, ':until': until, ':expires': Math.ceil(until / 1000), ':now': now },
    });
  // The second `goOn` handles a window that a concurrent request began.
  return (await goOn()) || (await begin()) || (await goOn());
}

/** Decrements a counter, for an event that must not count after all. */
export async function resetCounter(name: string): Promise<void> {
  await update(name, {
    UpdateExpression: 'SET #count = #count - :one',
    ConditionExpression: '#count > :none',
    ExpressionAttributeNames: { '#count': 'count' },
    ExpressionAttributeValues: { ':one': 1, ':none': 0 },
  });
}

/** @returns whether the condition held */
async function update(name: string, change: Omit<UpdateInput, 'TableName' | 'Key'>): Promise<boolean> {
  const Key = { [PARTITION_KEY]: name, [SORT_KEY]: 'counter' };
  return unlessRefused(dynamo.update({ TableName: table, Key, ...change }));
}

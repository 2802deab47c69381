import { ERROR, TooManyRequests } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import type { App } from './apps.ts';
import { countInHour } from './hourly.ts';
import { subjectKey } from './keys.ts';

/** What users make by their tokens, within the limits per hour. */
export type Creation = 'friendships' | 'groups' | 'rooms';

/**
 * Counts what a user is about to make against their limit per clock hour.
 * @param maker undefined when the request came with a key of the application, which has no limit
 * @param now epoch ms
 * @throws TooManyRequests 5008
 */
export async function countCreation(
  app: App,
  maker: Principal | undefined,
  kind: Creation,
  amount: number,
  now: number,
): Promise<void> {
  if (!maker || amount === 0) return;
  const limit = app[`${kind}PerHour`];
  const minutes = await countInHour('created', subjectKey(maker), { [kind]: { amount, limit } }, now);
  if (minutes === undefined) return;
  const message = `${maker.id} can make ${limit} ${kind} per hour; try again in ${minutes} minutes`;
  throw new TooManyRequests(ERROR.memberLimit, message);
}

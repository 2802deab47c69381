import type { Principal } from '../shared/principal.ts';
import { settleBlocks } from './blocks.ts';
import { befriend, type Friendship } from './friendships.ts';

/**
 * Makes two users friends, whatever one asked the other. An existing friendship does not change.
 * @throws as {@link befriend} does
 */
export async function becomeFriends(
  user: Principal,
  friend: string,
  now: number,
): Promise<{ friendship: Friendship; isNew: boolean }> {
  const made = await befriend(user, friend, now);
  if (made.isNew) await settleBlocks(user, friend);
  return made;
}

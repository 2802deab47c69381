import { sendDelayed } from '../gateway/delay-queue.ts';
import type { Delivery } from '../jobs/deliver.ts';
import { enqueueDeliveries } from '../jobs/deliver-enqueue.ts';
import { logger } from '../observe/logger.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { serverEvent } from '../shared/event.ts';
import type { User } from '../shared/principal.ts';
import { findApp } from '../store/apps.ts';
import type { PresenceChange } from '../store/connections.ts';
import { markOffline, type PresenceAudience } from '../store/devices.ts';
import { friendsOf } from '../store/friendships.ts';
import { fanOut } from './fan-out.ts';
import { type OwnedConnection, openConnections } from './recipients.ts';

/** Nobody is waited for longer: their friends would take them for online. */
const MAX_GRACE_S = 60;

/**
 * Notifies a user's friends, and everybody if the user wants that, that the user has come online. Never fails, as the login
 * has succeeded already.
 * @param except the connection of that login
 */
export async function notifyOnline(news: PresenceChange, except: string): Promise<void> {
  const { user } = news;
  try {
    if (news.everybody) await enqueueDeliveries([{ ...delivery('online_x', user), to: { kind: 'everybody', except } }]);
    if (!news.friends) return;
    await tellFriends('online', user, await friendsOnline(user));
  } catch (error) {
    logger.error('A login was not announced', { user: user.id, error });
  }
}

/**
 * Notifies whoever was notified that a user is online that the user has gone, unless the user comes back within the time
 * that the application grants. That time is spent in a queue, not by this function.
 * @param left when the last connection was removed, epoch ms
 * @throws when nobody could be notified yet; it may be tried again
 */
export async function notifyOffline(user: User, left: number): Promise<void> {
  const app = await findApp(user.app);
  if (!app) return;
  const graceMs = Math.min(app.presenceGraceSeconds, MAX_GRACE_S) * 1000;
  const remainingMs = left + graceMs - Date.now();
  if (remainingMs > 0) return sendDelayed(requireEnv(ENV.departuresQueue), { user, left }, remainingMs / 1000);
  // Read before the user is marked as offline, which succeeds only once: from then on nothing may fail.
  const friends = await friendsOnline(user);
  const announced = await markOffline(user, left);
  if (!announced) return;
  await sayOffline(user, announced, friends).catch((error) => {
    logger.error('A departure was not announced to all', { user: user.id, error });
  });
}

async function sayOffline(user: User, announced: PresenceAudience, friends: readonly OwnedConnection[]): Promise<void> {
  await Promise.all([
    tellFriends('offline', user, friends),
    announced === 'everybody' && enqueueDeliveries([{ ...delivery('offline_x', user), to: { kind: 'everybody' } }]),
  ]);
}

async function tellFriends(
  event: 'online' | 'offline',
  user: User,
  friends: readonly OwnedConnection[],
): Promise<void> {
  await fanOut(delivery(event, user), { recipients: friends });
}

async function friendsOnline(user: User): Promise<OwnedConnection[]> {
  const friends = await friendsOf(user);
  return openConnections(friends.map((id) => ({ ...user, id })));
}

const delivery = (event: 'online' | 'offline' | 'online_x' | 'offline_x', { app, id }: User): Delivery => ({
  app,
  event: serverEvent(event, id),
  priority: 'notice',
});

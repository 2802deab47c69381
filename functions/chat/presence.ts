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
import { friendEntries } from '../store/friendships.ts';
import { fanOut } from './fan-out.ts';
import { type OwnedConnection, openConnections } from './recipients.ts';

/** Maximum grace period. With a longer one, friends would see an offline user as online. */
const MAX_GRACE_S = 60;

/**
 * Notifies a user's friends, and all users if the user requested that, that the user is online. Never throws, because
 * the login has already succeeded.
 * @param except the connection of that login
 */
export async function notifyOnline(news: PresenceChange, except: string): Promise<void> {
  const { user } = news;
  try {
    if (news.everybody) await enqueueDeliveries([{ ...delivery('online_x', user), to: { kind: 'everybody', except } }]);
    if (!news.friends) return;
    await notifyFriends('online', user, await friendsOnline(user));
  } catch (error) {
    logger.error('Online notification failed', { user: user.id, error });
  }
}

/**
 * Sends offline events to all who received online events, unless the user reconnects within the grace period. A queue
 * holds the delay, so the function does not wait.
 * @param left when the last connection was removed, epoch ms
 * @throws before any notification, so that a retry is safe
 */
export async function notifyOffline(user: User, left: number): Promise<void> {
  const app = await findApp(user.app);
  if (!app) return;
  const graceMs = Math.min(app.presenceGraceSeconds, MAX_GRACE_S) * 1000;
  const remainingMs = left + graceMs - Date.now();
  if (remainingMs > 0) return sendDelayed(requireEnv(ENV.departuresQueue), { user, left }, remainingMs / 1000);
  // Must run before `markOffline`, which succeeds only once. A failure after it would lose the notification.
  const friends = await friendsOnline(user);
  const announced = await markOffline(user, left);
  if (!announced) return;
  await sendOffline(user, announced, friends).catch((error) => {
    logger.error('Offline notification incomplete', { user: user.id, error });
  });
}

async function sendOffline(
  user: User,
  announced: PresenceAudience,
  friends: readonly OwnedConnection[],
): Promise<void> {
  await Promise.all([
    notifyFriends('offline', user, friends),
    announced === 'everybody' && enqueueDeliveries([{ ...delivery('offline_x', user), to: { kind: 'everybody' } }]),
  ]);
}

async function notifyFriends(
  event: 'online' | 'offline',
  user: User,
  friends: readonly OwnedConnection[],
): Promise<void> {
  await fanOut(delivery(event, user), { recipients: friends });
}

/** The connections of friends whom the user does not block. */
async function friendsOnline(user: User): Promise<OwnedConnection[]> {
  const friends = (await friendEntries(user)).filter(({ blocked }) => !blocked);
  return openConnections(friends.map(({ id }) => ({ ...user, id })));
}

const delivery = (event: 'online' | 'offline' | 'online_x' | 'offline_x', { app, id }: User): Delivery => ({
  app,
  event: serverEvent(event, id),
  priority: 'notice',
});

import { setTimeout } from 'node:timers/promises';
import { announceLater } from '../announce/later.ts';
import { CONNECTION_SHARDS } from '../constants.ts';
import { logger } from '../observe/logger.ts';
import { eventFrame } from '../protocol/index.ts';
import { findApp } from '../store/apps.ts';
import { type Announced, everybody, type News, takeLeave, type User } from '../store/connections.ts';
import { friendsOf } from '../store/friendships.ts';
import { connections } from './audience.ts';
import { deliver, type Owned, type Recipient } from './delivery.ts';
import { NAMESPACE } from './wire.ts';

/** To how many connections a login itself says `online`. To say it to more would take long, and is handed over. */
const MOST_AT_LOGIN = 100;

/** How many connections one job names: Lambda takes asynchronous events of 256 KB. */
const MOST_IN_JOB = 5000;

/** Nobody is waited for longer: the waiting is paid for. */
const MOST_GRACE_S = 60;

/**
 * Tells a user's friends, and everybody if he wants that, that he has come online. Never fails: he is logged in.
 * @param except the connection by which he came
 */
export async function announceOnline(news: News, except: string): Promise<void> {
  const { user } = news;
  try {
    if (news.everybody) await announceLater({ kind: 'online_x', user, except });
    if (!news.friends) return;
    const reached = await friendsOnline(user);
    if (reached.length <= MOST_AT_LOGIN) return await sayOnline(user, reached);
    const connectionIds = reached.map(({ connectionId }) => connectionId);
    for (let n = 0; n < connectionIds.length; n += MOST_IN_JOB) {
      await announceLater({ kind: 'online', user, connectionIds: connectionIds.slice(n, n + MOST_IN_JOB) });
    }
  } catch (error) {
    logger.error('A login was not announced', { user: user.id, error });
  }
}

/** Says `online` to connections of a user's friends. */
export function sayOnline(user: User, recipients: readonly Recipient[]): Promise<void> {
  return deliver(recipients, frame('online', user));
}

/** Says `online_x` to everybody connected but one. */
export function sayOnlineToEverybody(user: User, except: string): Promise<void> {
  return toEverybody(user, 'online_x', except);
}

/**
 * Tells whoever was told that a user is online that he has gone, unless he comes back within the time that his
 * application grants.
 * @param left when his last connection went, epoch ms
 * @throws when nobody could be told yet; it may be tried again
 */
export async function announceOffline(user: User, left: number): Promise<void> {
  const app = await findApp(user.app);
  if (!app) return;
  const grace = Math.min(app.presenceGraceSeconds, MOST_GRACE_S) * 1000;
  await setTimeout(Math.max(0, left + grace - Date.now()));
  // Read before the leave is taken, as that cannot be done twice: from then on nothing fails.
  const reached = await friendsOnline(user);
  const announced = await takeLeave(user, left);
  if (announced) await sayOffline(user, announced, reached);
}

async function sayOffline(user: User, announced: Announced, friends: readonly Owned[]): Promise<void> {
  await deliver(friends, frame('offline', user));
  if (announced === 'everybody') await toEverybody(user, 'offline_x');
}

async function friendsOnline(user: User): Promise<Owned[]> {
  const friends = await friendsOf(user);
  return connections(friends.map((id) => ({ ...user, id })));
}

async function toEverybody(user: User, event: 'online_x' | 'offline_x', except?: string): Promise<void> {
  const said = frame(event, user);
  await Promise.all(
    Array.from({ length: CONNECTION_SHARDS }, (_, shard) => deliver(but(except, everybody(user.app, shard)), said)),
  );
}

async function* but(except: string | undefined, recipients: AsyncIterable<Recipient>): AsyncGenerator<Recipient> {
  for await (const recipient of recipients) if (recipient.connectionId !== except) yield recipient;
}

const frame = (event: string, { id }: User) => eventFrame(NAMESPACE, event, [id]);

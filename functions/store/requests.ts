import * as z from 'zod/mini';
import { ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR, Forbidden } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import { collect, dynamo, type Item, type Lookup, lookup, query } from './dynamo.ts';
import { type Subject, subjectKey } from './keys.ts';
import { commit, type Write } from './transact.ts';

/*
 * A request for a friendship, or an invitation to a group, is two items: one in the partition of requests that a user
 * received, and one in the partition of those that a user or a group sent. They are written in one transaction and expire
 * together. A request that was declined or cancelled stays, closed, in both partitions until it expires. So it cannot be
 * repeated at will, and is found when one of the two users is deleted.
 */

const table = requireEnv(ENV.messagesTable);

/** Maximum open requests that a user received, and that a user or group sent. */
export const MAX_OPEN = 500;

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long a request stays open, and how long a declined one cannot be repeated. */
export const REQUEST_MS = 30 * DAY_MS;

/** Minimum time between two notices of the same request. */
const NOTICE_MS = DAY_MS;

/** A request of a user: for a friendship, or to join a group. */
export interface RelationRequest {
  /** The user who asks. */
  readonly from: string;
  /** The user who answers. */
  readonly to: string;
  /** The group, in an invitation. */
  readonly gid?: string | undefined;
  /** When it was made, epoch ms. */
  readonly ts: number;
  readonly expires: number;
}

/** What identifies a request. */
export type RequestIds = Pick<RelationRequest, 'from' | 'to' | 'gid'>;

const Stored = z.object({
  from: z.string(),
  to: z.string(),
  gid: z.optional(z.string()),
  ts: z.number(),
  /** Epoch seconds. */
  [EXPIRES]: z.number(),
  closed: z.optional(z.enum(['declined', 'cancelled'])),
  /** When the receiver was last told, epoch ms. */
  noticed: z.optional(z.number()),
});
type Stored = z.output<typeof Stored>;

const receivedPartition = (app: string, user: string) => `${subjectKey({ app, kind: 'user', id: user })}#requests`;
const sentPartition = (subject: Subject) => `${subjectKey(subject)}#asked`;

const receivedKey = (app: string, { from, to, gid }: RequestIds) => ({
  [PARTITION_KEY]: receivedPartition(app, to),
  [SORT_KEY]: gid === undefined ? `friend#${from}` : `group#${gid}`,
});

const senderOf = (app: string, { from, gid }: Pick<RequestIds, 'from' | 'gid'>): Subject =>
  gid === undefined ? { app, kind: 'user', id: from } : { app, kind: 'group', id: gid };

const sentKey = (app: string, ids: RequestIds) => ({
  [PARTITION_KEY]: sentPartition(senderOf(app, ids)),
  [SORT_KEY]: ids.to,
});

const toRequest = ({ [EXPIRES]: expires, closed: _, noticed: __, ...request }: Stored): RelationRequest => ({
  ...request,
  expires: expires * 1000,
});

const isOpen = ({ closed, [EXPIRES]: expires }: Stored, now: number) => closed === undefined && expires * 1000 > now;

/** The open request. Undefined when there is none. For an invitation, `from` does not matter. */
export function openRequest(app: string, ids: RequestIds, now: number): Lookup<RelationRequest | undefined> {
  return {
    table,
    key: receivedKey(app, ids),
    parse: (item) => {
      const found = item && Stored.parse(item);
      return found && isOpen(found, now) ? toRequest(found) : undefined;
    },
  };
}

async function allIn(partition: string): Promise<Stored[]> {
  const items = query({
    TableName: table,
    KeyConditionExpression: '#pk = :pk',
    ExpressionAttributeNames: { '#pk': PARTITION_KEY },
    ExpressionAttributeValues: { ':pk': partition },
  });
  return (await collect(items)).map((item) => Stored.parse(item));
}

const openIn = async (partition: string, now: number): Promise<RelationRequest[]> =>
  (await allIn(partition))
    .filter((found) => isOpen(found, now))
    .map(toRequest)
    .sort((a, b) => b.ts - a.ts);

/** The open requests that a user received, newest first. */
export const receivedRequests = (user: Principal, now: number) => openIn(receivedPartition(user.app, user.id), now);

/** The open requests of a user for friendships, or the open invitations of a group, newest first. */
export const sentRequests = (sender: Subject, now: number) => openIn(sentPartition(sender), now);

/** A request that is open now. */
export interface Opened {
  readonly request: RelationRequest;
  /** Whether the receiver must be told. */
  readonly isNews: boolean;
}

/**
 * Opens a request. One that is open already does not change.
 * @throws ChatError 5003 when the receiver declined it, 5008 when there are too many open requests
 */
export async function openNew(app: string, ids: RequestIds, now: number): Promise<Opened> {
  return commit(async () => {
    const found = await readReceived(app, ids);
    if (found && isOpen(found, now)) return { transactions: [], result: { request: toRequest(found), isNews: false } };
    const isFresh = !found || found[EXPIRES] * 1000 <= now;
    if (!isFresh && found.closed === 'declined') {
      throw new Forbidden(`${ids.to} declined; a new request is possible after ${REQUEST_DAYS} days`);
    }
    await checkRoom(app, ids, now);
    const isNews = isFresh || (found.noticed ?? 0) <= now - NOTICE_MS;
    const expires = Math.ceil((now + REQUEST_MS) / 1000);
    const item = { ...ids, ts: now, [EXPIRES]: expires };
    const noticed = isNews ? now : found?.noticed;
    const received: Write = {
      Put: {
        TableName: table,
        Item: { ...receivedKey(app, ids), ...item, noticed },
        ...unchanged(found),
      },
    };
    const sent: Write = { Put: { TableName: table, Item: { ...sentKey(app, ids), ...item } } };
    return { transactions: [[received, sent]], result: { request: toRequest(item), isNews } };
  }, busy(ids));
}

const REQUEST_DAYS = REQUEST_MS / DAY_MS;

const busy = ({ to }: RequestIds) => `Too many requests change what ${to} is asked`;

/** The condition that a received request is as it was read. */
const unchanged = (found: Stored | undefined) => ({
  ConditionExpression: found
    ? `#expires = :found AND ${found.closed ? 'closed = :closed' : 'attribute_not_exists(closed)'}`
    : 'attribute_not_exists(#pk)',
  ExpressionAttributeNames: found ? { '#expires': EXPIRES } : { '#pk': PARTITION_KEY },
  ...(found && {
    ExpressionAttributeValues: { ':found': found[EXPIRES], ...(found.closed && { ':closed': found.closed }) },
  }),
});

async function readReceived(app: string, ids: RequestIds): Promise<Stored | undefined> {
  const parse = (item: Item | undefined) => item && Stored.parse(item);
  const [found] = await lookup([{ table, key: receivedKey(app, ids), parse }], { consistent: true });
  return found;
}

async function checkRoom(app: string, ids: RequestIds, now: number): Promise<void> {
  const sender = senderOf(app, ids);
  const [received, sent] = await Promise.all([
    receivedRequests({ app, kind: 'user', id: ids.to }, now),
    sentRequests(sender, now),
  ]);
  const full = received.length >= MAX_OPEN ? `${ids.to} received` : sent.length >= MAX_OPEN && `${sender.id} sent`;
  if (!full) return;
  throw new ChatError(ERROR.memberLimit, `${full} too many requests; at most ${MAX_OPEN} may be open`);
}

/**
 * Closes an open request. One that was accepted leaves no trace.
 * @returns the request; undefined when it was not open
 */
export async function closeRequest(
  app: string,
  ids: RequestIds,
  outcome: 'accepted' | 'declined' | 'cancelled',
  now: number,
): Promise<RelationRequest | undefined> {
  return commit(async () => {
    const found = await readReceived(app, ids);
    if (!found || !isOpen(found, now)) return { transactions: [], result: undefined };
    const target = { TableName: table, Key: receivedKey(app, found), ...unchanged(found) };
    const received: Write =
      outcome === 'accepted'
        ? { Delete: target }
        : {
            Update: {
              ...target,
              UpdateExpression: 'SET closed = :outcome',
              ExpressionAttributeValues: { ...target.ExpressionAttributeValues, ':outcome': outcome },
            },
          };
    const { noticed: _, ...kept } = found;
    const sent: Write =
      outcome === 'accepted'
        ? { Delete: { TableName: table, Key: sentKey(app, found) } }
        : { Put: { TableName: table, Item: { ...sentKey(app, found), ...kept, closed: outcome } } };
    return { transactions: [[received, sent]], result: toRequest(found) };
  }, busy(ids));
}

/**
 * Deletes the requests that a user sent or received, or that they sent for a group, also closed ones. Safe to repeat.
 * @returns those that were open
 */
export async function deleteRequests(user: Principal, group?: Subject): Promise<RelationRequest[]> {
  const found = group
    ? (await allIn(sentPartition(group))).filter(({ from }) => from === user.id)
    : [...(await allIn(receivedPartition(user.app, user.id))), ...(await allIn(sentPartition(user)))];
  for (const request of found) {
    const keys = [receivedKey(user.app, request), sentKey(user.app, request)];
    // That of the other user first, because that of this user finds it.
    if (request.to === user.id) keys.reverse();
    for (const Key of keys) await dynamo.delete({ TableName: table, Key });
  }
  return found.filter((request) => isOpen(request, Date.now())).map(toRequest);
}

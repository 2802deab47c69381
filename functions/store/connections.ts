import { randomUUID } from 'node:crypto';
import { GetCommand, PutCommand, type QueryCommandInput, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Eio } from '../protocol/index.ts';
import {
  ENV,
  EVERYBODY_INDEX,
  EVERYBODY_SHARDS,
  EXPIRES,
  HEARTBEAT_INDEX,
  PARTITION_KEY,
} from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { isUser, type Principal, type User } from '../shared/principal.ts';
import { conditionFailed, dynamo, type Lookup, query, unlessRefused } from './dynamo.ts';
import { heartbeatEntry } from './heartbeats.ts';
import { connectionIdOf, connectionKey, hash, subjectKey } from './keys.ts';

const table = requireEnv(ENV.connectionsTable);

/** API Gateway ends every connection after two hours. */
const LIFETIME_S = 3 * 60 * 60;

/** How long it is known whose a closed connection was, in seconds: a frame is handled within 29. */
const CLOSED_S = 5 * 60;

/** How many devices one principal may have connected at once. */
export const MAX_DEVICES = 100;

const Connection = z.object({
  app: z.string(),
  kind: z.enum(['user', 'passenger']),
  id: z.string(),
});

/** The owner in the item of a connection; undefined when it closed before anybody had logged in on it. */
function ownerOf(item: Record<string, unknown> | undefined): Principal | undefined {
  return item?.id === undefined ? undefined : Connection.parse(item);
}

/** To whom it has been announced that a user is online. */
const PresenceAudience = z.enum(['friends', 'everybody']);
export type PresenceAudience = z.output<typeof PresenceAudience>;

/** The one item of a principal's devices; a set that is emptied is no more. */
const Devices = z.object({
  connections: z.optional(z.instanceof(Set)),
  announced: z.optional(PresenceAudience),
});

/** When what is noted now can go: epoch seconds, of epoch ms. */
export const expiryAt = (now: number) => Math.ceil(now / 1000) + LIFETIME_S;

export const devicesKey = (principal: Principal) => ({ [PARTITION_KEY]: subjectKey(principal) });

/** The ids of a principal's open connections: one item, whatever their number. */
export function connectionsOf(principal: Principal): Lookup<string[]> {
  return {
    table,
    key: devicesKey(principal),
    parse: (item) => {
      const { connections = new Set() } = Devices.parse(item ?? {});
      return [...connections].map(String);
    },
  };
}

/** That a user has come online, and whom that is news to. */
export interface PresenceChange {
  readonly user: User;
  readonly friends: boolean;
  readonly everybody: boolean;
}

/** A connection to be registered. */
export interface NewConnection {
  readonly eio: Eio;
  /** When it came, epoch ms. */
  readonly now: number;
  /** Whether everybody is to know that its user is online. */
  readonly notifyAll: boolean;
}

/**
 * Registers an open connection, so that its principal is online and what is sent to them reaches it.
 * @returns what has to be told of a user, of registrations that race, one learns it; `repeated` when the connection is
 *   registered, or has closed
 * @throws ChatError 5008 when the principal has too many devices connected
 */
export async function registerConnection(
  connectionId: string,
  principal: Principal,
  { eio, now, notifyAll }: NewConnection,
): Promise<PresenceChange | 'repeated' | undefined> {
  const expires = expiryAt(now);
  // The SDK repeats a write whose answer was lost. Without its own mark, the repetition would look like a second join.
  const attempt = randomUUID();
  const put = dynamo.send(
    new PutCommand({
      TableName: table,
      ConditionExpression: 'attribute_not_exists(#pk) OR (attempt = :attempt AND attribute_not_exists(closed))',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY },
      ExpressionAttributeValues: { ':attempt': attempt },
      Item: {
        ...connectionKey(connectionId),
        ...principal,
        attempt,
        [EXPIRES]: expires,
        [EVERYBODY_INDEX.shard]: everybodyKey(principal.app, hash(connectionId, EVERYBODY_SHARDS)),
        ...heartbeatEntry(eio, now),
      },
    }),
  );
  if (!(await unlessRefused(put))) return 'repeated';
  // Last, so that nothing can fail any more when somebody has the news.
  const before = await addDevice({ connectionId, expires }, principal, notifyAll ? 'everybody' : 'friends');
  return isUser(principal)
    ? { user: principal, friends: before === undefined, everybody: notifyAll && before !== 'everybody' }
    : undefined;
}

/** Adds to the devices of a principal; answers to whom he has been announced until then. */
async function addDevice(
  { connectionId, expires }: { connectionId: string; expires: number },
  principal: Principal,
  audience: PresenceAudience,
): Promise<PresenceAudience | undefined> {
  // What everybody was told once stays so until he goes, whichever of his devices goes first.
  const announced = audience === 'everybody' ? ':audience' : 'if_not_exists(announced, :audience)';
  try {
    const { Attributes } = await dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: devicesKey(principal),
        UpdateExpression: `ADD connections :connection SET #expires = :expires, announced = ${announced}`,
        ConditionExpression: 'attribute_not_exists(connections) OR size(connections) < :most',
        ExpressionAttributeNames: { '#expires': EXPIRES },
        ExpressionAttributeValues: {
          ':connection': new Set([connectionId]),
          ':expires': expires,
          ':audience': audience,
          ':most': MAX_DEVICES,
        },
        ReturnValues: 'UPDATED_OLD',
      }),
    );
    return Devices.parse(Attributes ?? {}).announced;
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    throw new ChatError(
      ERROR.memberLimit,
      `${principal.id} has ${MAX_DEVICES} devices connected, the most there can be`,
    );
  }
}

/**
 * Takes a connection out of the indexes, and keeps for a while that it closed and whose it was. Frames that arrived before
 * may be handled after: events still have a sender, and a join does not register the connection any more.
 * @returns its owner; undefined when it is not registered, or closed already
 */
async function markClosed(connectionId: string, now: number): Promise<Principal | undefined> {
  try {
    const { Attributes } = await dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: connectionKey(connectionId),
        UpdateExpression: 'SET closed = :now, #expires = :expires REMOVE #everybody, #heartbeat, #due',
        ConditionExpression: 'attribute_not_exists(closed)',
        ExpressionAttributeNames: {
          '#expires': EXPIRES,
          '#everybody': EVERYBODY_INDEX.shard,
          '#heartbeat': HEARTBEAT_INDEX.shard,
          '#due': HEARTBEAT_INDEX.due,
        },
        ExpressionAttributeValues: { ':now': now, ':expires': Math.ceil(now / 1000) + CLOSED_S },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return ownerOf(Attributes);
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    return undefined;
  }
}

/** Who a connection belongs to, which may have closed a moment ago; undefined when nobody has logged in on it. */
export async function connectionOwner(connectionId: string): Promise<Principal | undefined> {
  const { Item } = await dynamo.send(
    new GetCommand({ TableName: table, Key: connectionKey(connectionId), ConsistentRead: true }),
  );
  return ownerOf(Item);
}

/** That a user's last connection went, at that moment (epoch ms). */
export interface Departure {
  readonly user: User;
  readonly left: number;
}

/** What remains of a principal after one of their connections was removed. */
export interface Removal {
  /** Whether they are announced as online. */
  readonly announced: boolean;
  /** Set when a user has no other connection and is still announced as online; see {@link markOffline}. */
  readonly departure: Departure | undefined;
}

/**
 * Removes a connection that is gone; one that is not registered is no error.
 * @returns undefined when nobody is known to own it
 */
export async function unregisterConnection(connectionId: string, owner?: Principal): Promise<Removal | undefined> {
  const left = Date.now();
  const principal = (await markClosed(connectionId, left)) ?? owner;
  if (!principal) return undefined;
  const { Attributes: rest } = await dynamo.send(
    new UpdateCommand({
      TableName: table,
      Key: devicesKey(principal),
      // He may have been forgotten altogether, and this must not bring back an item that stays.
      UpdateExpression: 'DELETE connections :connection SET #left = :left, #expires = :expires',
      ExpressionAttributeNames: { '#left': 'left', '#expires': EXPIRES },
      ExpressionAttributeValues: {
        ':connection': new Set([connectionId]),
        ':left': left,
        ':expires': expiryAt(left),
      },
      ReturnValues: 'ALL_NEW',
    }),
  );
  const { connections, announced } = Devices.parse(rest ?? {});
  const goes = isUser(principal) && connections === undefined && announced !== undefined;
  return { announced: announced !== undefined, departure: goes ? { user: principal, left } : undefined };
}

/**
 * Notes that a user is not announced as online any more, if he is and no device of his has come or gone since.
 * @param left when his last connection went, epoch ms
 * @returns to whom he was announced; of all who try, one learns it
 */
export async function markOffline(user: User, left: number): Promise<PresenceAudience | undefined> {
  const now = Date.now();
  try {
    const { Attributes } = await dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: devicesKey(user),
        UpdateExpression: 'REMOVE announced SET #expires = :expires',
        ConditionExpression: 'attribute_exists(announced) AND attribute_not_exists(connections) AND #left = :left',
        ExpressionAttributeNames: { '#left': 'left', '#expires': EXPIRES },
        ExpressionAttributeValues: { ':left': left, ':expires': expiryAt(now) },
        ReturnValues: 'UPDATED_OLD',
      }),
    );
    return Devices.parse(Attributes).announced;
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    return undefined;
  }
}

const everybodyKey = (app: string, shard: number) => `${app}#${shard}`;

/** The ids of the connections that a query of one of the indexes finds. */
async function* found(input: Omit<QueryCommandInput, 'TableName'>, most?: number): AsyncGenerator<string> {
  for await (const item of query({ TableName: table, ...input }, most)) {
    yield connectionIdOf(String(item[PARTITION_KEY]));
  }
}

/**
 * One shard of all the connections of an application; there are EVERYBODY_SHARDS of them.
 * @param after the connection behind which to begin; the order is any, but always the same
 * @param most how many at most
 */
export function connectionsOfApp(
  app: string,
  shard: number,
  { after, most }: { after?: string | undefined; most?: number } = {},
): AsyncGenerator<string> {
  const key = everybodyKey(app, shard);
  return found(
    {
      IndexName: EVERYBODY_INDEX.name,
      KeyConditionExpression: '#shard = :shard',
      ExpressionAttributeNames: { '#shard': EVERYBODY_INDEX.shard },
      ExpressionAttributeValues: { ':shard': key },
      ...(after !== undefined && {
        ExclusiveStartKey: { ...connectionKey(after), [EVERYBODY_INDEX.shard]: key },
      }),
    },
    most,
  );
}

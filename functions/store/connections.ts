import { DeleteCommand, GetCommand, PutCommand, type QueryCommandInput, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Eio } from '../protocol/index.ts';
import { ENV, EVERYBODY_INDEX, EVERYBODY_SHARDS, EXPIRES, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { isUser, type Principal, type User } from '../shared/principal.ts';
import { conditionFailed, dynamo, type Lookup, query, unlessRefused } from './dynamo.ts';
import { heartbeatEntry } from './heartbeats.ts';
import { connectionIdOf, connectionKey, hash, subjectKey } from './keys.ts';

const table = requireEnv(ENV.connectionsTable);

/** API Gateway ends every connection after two hours; who comes back within half of the third may want what is left of it. */
const LIFETIME_S = 3 * 60 * 60;

/** How many devices one principal may have connected at once. */
export const MAX_DEVICES = 100;

const Connection = z.object({
  app: z.string(),
  kind: z.enum(['user', 'passenger']),
  id: z.string(),
});

/** To whom it has been announced that a user is online. */
const Announced = z.enum(['friends', 'everybody']);
export type Announced = z.output<typeof Announced>;

/** The one item of a principal's devices; a set that is emptied is no more. */
const Devices = z.object({
  connections: z.optional(z.instanceof(Set)),
  /** Those of them whose clients can recover what they missed. */
  recoverable: z.optional(z.instanceof(Set)),
  announced: z.optional(Announced),
});

/** When what is noted now can go: epoch seconds, of epoch ms. */
export const expiryAt = (now: number) => Math.ceil(now / 1000) + LIFETIME_S;

export const devicesKey = (principal: Principal) => ({ [PARTITION_KEY]: subjectKey(principal) });

/** An open connection, as those who post to it have to know it. */
export interface OpenConnection {
  readonly connectionId: string;
  /** Whether its client can recover what it missed. */
  readonly recoverable: boolean;
}

/** A principal's open connections: one item, whatever their number. */
export function connectionsOf(principal: Principal): Lookup<OpenConnection[]> {
  return {
    table,
    key: devicesKey(principal),
    parse: (item) => {
      const { connections = new Set(), recoverable = new Set() } = Devices.parse(item ?? {});
      return [...connections].map((id) => ({ connectionId: String(id), recoverable: recoverable.has(id) }));
    },
  };
}

/** That a user has come online, and whom that is news to. */
export interface News {
  readonly user: User;
  readonly friends: boolean;
  readonly everybody: boolean;
  /** Since when, epoch ms. */
  readonly since: number;
}

/** A connection to be registered. */
export interface Newcomer {
  readonly eio: Eio;
  /** When it came, epoch ms. */
  readonly now: number;
  /** Whether everybody is to know that its user is online. */
  readonly notifyAll: boolean;
  /** Whether its client can recover what it misses. */
  readonly recoverable: boolean;
  /** Whether its client may ask for it again; then it is left as it is. */
  readonly once: boolean;
}

/**
 * Registers an open connection, so that its principal is online and what is sent to him reaches it.
 * @returns what has to be told of a user, of registrations that race, one learns it; `repeated` when it was registered
 * @throws ChatError 5008 when the principal has too many devices connected
 */
export async function register(
  connectionId: string,
  principal: Principal,
  { eio, now, notifyAll, recoverable, once }: Newcomer,
): Promise<News | 'repeated' | undefined> {
  const expires = expiryAt(now);
  const put = dynamo.send(
    new PutCommand({
      TableName: table,
      ...(once && {
        ConditionExpression: 'attribute_not_exists(#pk)',
        ExpressionAttributeNames: { '#pk': PARTITION_KEY },
      }),
      Item: {
        ...connectionKey(connectionId),
        ...principal,
        [EXPIRES]: expires,
        [EVERYBODY_INDEX.shard]: everybodyKey(principal.app, hash(connectionId, EVERYBODY_SHARDS)),
        ...heartbeatEntry(eio, now),
      },
    }),
  );
  if (!(await unlessRefused(put))) return 'repeated';
  // Last, so that nothing can fail any more when somebody has the news.
  const since = Date.now();
  const device = { connectionId, expires, since, recoverable };
  const before = await addDevice(device, principal, notifyAll ? 'everybody' : 'friends');
  return isUser(principal)
    ? { user: principal, friends: before === undefined, everybody: notifyAll && before !== 'everybody', since }
    : undefined;
}

/** Adds to the devices of a principal; answers to whom he has been announced until then. */
async function addDevice(
  device: { connectionId: string; expires: number; since: number; recoverable: boolean },
  principal: Principal,
  audience: Announced,
): Promise<Announced | undefined> {
  const { connectionId, expires, since, recoverable } = device;
  // What everybody was told once stays so until he goes, whichever of his devices goes first.
  const announced = audience === 'everybody' ? ':audience' : 'if_not_exists(announced, :audience)';
  try {
    const { Attributes } = await dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: devicesKey(principal),
        UpdateExpression: `ADD connections :connection${recoverable ? ', recoverable :connection' : ''} SET #expires = :expires, #since = if_not_exists(#since, :since), announced = ${announced}`,
        ConditionExpression: 'attribute_not_exists(connections) OR size(connections) < :most',
        ExpressionAttributeNames: { '#expires': EXPIRES, '#since': 'since' },
        ExpressionAttributeValues: {
          ':connection': new Set([connectionId]),
          ':expires': expires,
          ':since': since,
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

/** Who a registered connection belongs to; undefined when it is not registered. */
export async function ownerOf(connectionId: string): Promise<Principal | undefined> {
  const { Item } = await dynamo.send(
    new GetCommand({ TableName: table, Key: connectionKey(connectionId), ConsistentRead: true }),
  );
  return Item && Connection.parse(Item);
}

/** That a user's last connection went, at that moment (epoch ms). */
export interface Departure {
  readonly user: User;
  readonly left: number;
}

/**
 * Forgets a connection that is gone; one that is not registered is no error.
 * @returns that its user has no other and is still announced as online; see {@link takeLeave}
 */
export async function unregister(connectionId: string, owner?: Principal): Promise<Departure | undefined> {
  const { Attributes } = await dynamo.send(
    new DeleteCommand({ TableName: table, Key: connectionKey(connectionId), ReturnValues: 'ALL_OLD' }),
  );
  const principal = owner ?? (Attributes && Connection.parse(Attributes));
  if (!principal) return undefined;
  const left = Date.now();
  const { Attributes: rest } = await dynamo.send(
    new UpdateCommand({
      TableName: table,
      Key: devicesKey(principal),
      // He may have been forgotten altogether, and this must not bring back an item that stays.
      UpdateExpression:
        'DELETE connections :connection, recoverable :connection SET #left = :left, #expires = :expires',
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
  return goes ? { user: principal, left } : undefined;
}

/**
 * Notes that a user is not announced as online any more, if he is and no device of his has come or gone since.
 * @param left when his last connection went, epoch ms
 * @returns to whom he was announced; of all who try, one learns it
 */
export async function takeLeave(user: User, left: number): Promise<Announced | undefined> {
  const now = Date.now();
  try {
    const { Attributes } = await dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: devicesKey(user),
        UpdateExpression: 'REMOVE announced, #since SET gone = :gone, #expires = :expires',
        ConditionExpression: 'attribute_exists(announced) AND attribute_not_exists(connections) AND #left = :left',
        ExpressionAttributeNames: { '#left': 'left', '#since': 'since', '#expires': EXPIRES },
        ExpressionAttributeValues: { ':left': left, ':gone': now, ':expires': expiryAt(now) },
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

/** The connections that a query of one of the indexes finds. */
async function* found(input: Omit<QueryCommandInput, 'TableName'>, most?: number): AsyncGenerator<OpenConnection> {
  for await (const item of query({ TableName: table, ...input }, most)) {
    // Whether it recovers does not matter: what everybody is told is kept nowhere.
    yield { connectionId: connectionIdOf(String(item[PARTITION_KEY])), recoverable: false };
  }
}

/**
 * One shard of all the connections of an application; there are EVERYBODY_SHARDS of them.
 * @param after the connection behind which to begin; the order is any, but always the same
 * @param most how many at most
 */
export function everybody(
  app: string,
  shard: number,
  { after, most }: { after?: string | undefined; most?: number } = {},
): AsyncGenerator<OpenConnection> {
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

import { DeleteCommand, GetCommand, PutCommand, type QueryCommandInput, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { ChatError, ERROR } from '../chat/errors.ts';
import type { Principal } from '../chat/principal.ts';
import {
  CONNECTION_SHARDS,
  ENV,
  EVERYBODY_INDEX,
  EVERYBODY_SHARDS,
  EXPIRES,
  HEARTBEAT_INDEX,
  PARTITION_KEY,
} from '../constants.ts';
import { requireEnv } from '../environment.ts';
import { conditionFailed, dynamo, type Lookup, query } from './dynamo.ts';
import { hash, subjectKey } from './keys.ts';

const table = requireEnv(ENV.connectionsTable);

/** API Gateway ends every connection after two hours; ten minutes more, and what is left of it can go. */
const LIFETIME_S = 2 * 60 * 60 + 600;

/** How many devices one principal may have connected at once. */
export const MAX_DEVICES = 100;

const Connection = z.object({
  app: z.string(),
  kind: z.enum(['user', 'passenger']),
  id: z.string(),
});

/** A principal who has friends, and whose coming and going is announced. */
export type User = Principal & { readonly kind: 'user' };

const isUser = (principal: Principal): principal is User => principal.kind === 'user';

/** To whom it has been announced that a user is online. */
const Announced = z.enum(['friends', 'everybody']);
export type Announced = z.output<typeof Announced>;

/** The one item of a principal's devices; a set that is emptied is no more. */
const Devices = z.object({ connections: z.optional(z.instanceof(Set)), announced: z.optional(Announced) });

const expiryAt = (now: number) => Math.ceil(now / 1000) + LIFETIME_S;

const connectionKey = (connectionId: string) => ({ [PARTITION_KEY]: `connection#${connectionId}` });
const devicesKey = (principal: Principal) => ({ [PARTITION_KEY]: subjectKey(principal) });

/** An open connection, as those who post to it have to know it. */
export interface OpenConnection {
  readonly connectionId: string;
  /** Whether its client can recover what it missed. */
  readonly recoverable: boolean;
}

const openConnection = (connectionId: string): OpenConnection => ({ connectionId, recoverable: false });

/** A principal's open connections: one item, whatever their number. */
export function connectionsOf(principal: Principal): Lookup<OpenConnection[]> {
  return {
    table,
    key: devicesKey(principal),
    parse: (item) =>
      item?.connections instanceof Set ? [...item.connections].map((id) => openConnection(String(id))) : [],
  };
}

/** That a user has come online, and whom that is news to. */
export interface News {
  readonly user: User;
  readonly friends: boolean;
  readonly everybody: boolean;
}

/**
 * Registers an open connection, so that its principal is online and what is sent to him reaches it.
 * @param pingDue when the server has to ping it first, epoch ms; undefined for clients that ping by themselves
 * @param notifyAll whether everybody is to know that its user is online
 * @returns what has to be told of a user; of registrations that race, one learns it
 * @throws ChatError 5008 when the principal has too many devices connected
 */
export async function register(
  connectionId: string,
  principal: Principal,
  { now, pingDue, notifyAll }: { now: number; pingDue: number | undefined; notifyAll: boolean },
): Promise<News | undefined> {
  const expires = expiryAt(now);
  await dynamo.send(
    new PutCommand({
      TableName: table,
      Item: {
        ...connectionKey(connectionId),
        ...principal,
        [EXPIRES]: expires,
        [EVERYBODY_INDEX.shard]: everybodyKey(principal.app, hash(connectionId, EVERYBODY_SHARDS)),
        ...(pingDue !== undefined && {
          [HEARTBEAT_INDEX.shard]: String(hash(connectionId, CONNECTION_SHARDS)),
          [HEARTBEAT_INDEX.due]: pingDue,
        }),
      },
    }),
  );
  // Last, so that nothing can fail any more when somebody has the news.
  const before = await addDevice(connectionId, principal, expires, notifyAll ? 'everybody' : 'friends');
  return isUser(principal)
    ? { user: principal, friends: before === undefined, everybody: notifyAll && before !== 'everybody' }
    : undefined;
}

/** Adds to the devices of a principal; answers to whom he has been announced until then. */
async function addDevice(
  connectionId: string,
  principal: Principal,
  expires: number,
  audience: Announced,
): Promise<Announced | undefined> {
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
  return goes ? { user: principal, left } : undefined;
}

/**
 * Notes that a user is not announced as online any more, if he is and no device of his has come or gone since.
 * @param left when his last connection went, epoch ms
 * @returns to whom he was announced; of all who try, one learns it
 */
export async function takeLeave(user: User, left: number): Promise<Announced | undefined> {
  try {
    const { Attributes } = await dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: devicesKey(user),
        UpdateExpression: 'REMOVE announced',
        ConditionExpression: 'attribute_exists(announced) AND attribute_not_exists(connections) AND #left = :left',
        ExpressionAttributeNames: { '#left': 'left' },
        ExpressionAttributeValues: { ':left': left },
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
    yield openConnection(String(item[PARTITION_KEY]).slice('connection#'.length));
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

/** The connections of one shard that must be pinged by the given moment (epoch ms), those due longest first. */
export function duePings(shard: number, until: number): AsyncGenerator<OpenConnection> {
  return found({
    IndexName: HEARTBEAT_INDEX.name,
    KeyConditionExpression: '#shard = :shard AND #due <= :until',
    ExpressionAttributeNames: { '#shard': HEARTBEAT_INDEX.shard, '#due': HEARTBEAT_INDEX.due },
    ExpressionAttributeValues: { ':shard': String(shard), ':until': until },
  });
}

/** Notes when a connection must be pinged next (epoch ms); leaves one that has gone meanwhile alone. */
export async function schedulePing(connectionId: string, due: number): Promise<void> {
  try {
    await dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: connectionKey(connectionId),
        UpdateExpression: 'SET #due = :due',
        ConditionExpression: 'attribute_exists(#pk)',
        ExpressionAttributeNames: { '#due': HEARTBEAT_INDEX.due, '#pk': PARTITION_KEY },
        ExpressionAttributeValues: { ':due': due },
      }),
    );
  } catch (error) {
    if (!conditionFailed(error)) throw error;
  }
}

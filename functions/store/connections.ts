import { DeleteCommand, GetCommand, PutCommand, type QueryCommandInput, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { ChatError, ERROR } from '../chat/errors.ts';
import type { Principal } from '../chat/principal.ts';
import { CONNECTION_SHARDS, ENV, EVERYBODY_INDEX, EXPIRES, HEARTBEAT_INDEX, PARTITION_KEY } from '../constants.ts';
import { requireEnv } from '../environment.ts';
import { conditionFailed, dynamo, type Lookup, query } from './dynamo.ts';
import { subjectKey } from './keys.ts';

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

const connectionKey = (connectionId: string) => ({ [PARTITION_KEY]: `connection#${connectionId}` });
const devicesKey = (principal: Principal) => ({ [PARTITION_KEY]: subjectKey(principal) });

/** The ids of a principal's open connections: one item, whatever their number. */
export function connectionsOf(principal: Principal): Lookup<string[]> {
  return {
    table,
    key: devicesKey(principal),
    parse: (item) => (item?.connections instanceof Set ? [...item.connections].map(String) : []),
  };
}

/**
 * Registers an open connection, so that its principal is online and what is sent to him reaches it.
 * @param pingDue when the server has to ping it first, epoch ms; undefined for clients that ping by themselves
 * @throws ChatError 5008 when the principal has too many devices connected
 */
export async function register(
  connectionId: string,
  principal: Principal,
  now: number,
  pingDue: number | undefined,
): Promise<void> {
  const expires = Math.ceil(now / 1000) + LIFETIME_S;
  try {
    await dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: devicesKey(principal),
        UpdateExpression: 'ADD connections :connection SET #expires = :expires',
        ConditionExpression: 'attribute_not_exists(connections) OR size(connections) < :most',
        ExpressionAttributeNames: { '#expires': EXPIRES },
        ExpressionAttributeValues: {
          ':connection': new Set([connectionId]),
          ':expires': expires,
          ':most': MAX_DEVICES,
        },
      }),
    );
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    throw new ChatError(
      ERROR.memberLimit,
      `${principal.id} has ${MAX_DEVICES} devices connected, the most there can be`,
    );
  }
  await dynamo.send(
    new PutCommand({
      TableName: table,
      Item: {
        ...connectionKey(connectionId),
        ...principal,
        [EXPIRES]: expires,
        [EVERYBODY_INDEX.shard]: everybodyKey(principal.app, shardOf(connectionId)),
        ...(pingDue !== undefined && {
          [HEARTBEAT_INDEX.shard]: shardOf(connectionId),
          [HEARTBEAT_INDEX.due]: pingDue,
        }),
      },
    }),
  );
}

/** Who a registered connection belongs to; undefined when it is not registered. */
export async function ownerOf(connectionId: string): Promise<Principal | undefined> {
  const { Item } = await dynamo.send(
    new GetCommand({ TableName: table, Key: connectionKey(connectionId), ConsistentRead: true }),
  );
  return Item && Connection.parse(Item);
}

/** Forgets a connection that is gone; one that is not registered is no error. */
export async function unregister(connectionId: string, owner?: Principal): Promise<void> {
  const { Attributes } = await dynamo.send(
    new DeleteCommand({ TableName: table, Key: connectionKey(connectionId), ReturnValues: 'ALL_OLD' }),
  );
  const principal = owner ?? (Attributes && Connection.parse(Attributes));
  if (!principal) return;
  await dynamo.send(
    new UpdateCommand({
      TableName: table,
      Key: devicesKey(principal),
      UpdateExpression: 'DELETE connections :connection',
      ExpressionAttributeValues: { ':connection': new Set([connectionId]) },
    }),
  );
}

function shardOf(connectionId: string): string {
  let sum = 0;
  for (const character of connectionId) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return String(sum % CONNECTION_SHARDS);
}

const everybodyKey = (app: string, shard: string) => `${app}#${shard}`;

/** The connections that a query of one of the indexes finds. */
async function* found(input: Omit<QueryCommandInput, 'TableName'>): AsyncGenerator<{ connectionId: string }> {
  for await (const item of query({ TableName: table, ...input })) {
    yield { connectionId: String(item[PARTITION_KEY]).slice('connection#'.length) };
  }
}

/** One shard of all the connections of an application; there are CONNECTION_SHARDS of them. */
export function everybody(app: string, shard: number): AsyncGenerator<{ connectionId: string }> {
  return found({
    IndexName: EVERYBODY_INDEX.name,
    KeyConditionExpression: '#shard = :shard',
    ExpressionAttributeNames: { '#shard': EVERYBODY_INDEX.shard },
    ExpressionAttributeValues: { ':shard': everybodyKey(app, String(shard)) },
  });
}

/** The connections of one shard that must be pinged by the given moment (epoch ms), those due longest first. */
export function duePings(shard: number, until: number): AsyncGenerator<{ connectionId: string }> {
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

import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Eio } from '../protocol/index.ts';
import { ENV, EVERYBODY_INDEX, EXPIRES, HEARTBEAT_INDEX, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { isUser, Principal, type User } from '../shared/principal.ts';
import { everybodyEntry } from './connection-index.ts';
import { addDevice, expiryAt, removeDevice } from './devices.ts';
import { conditionFailed, dynamo, unlessRefused } from './dynamo.ts';
import { heartbeatEntry } from './heartbeats.ts';
import { connectionKey } from './keys.ts';

const table = requireEnv(ENV.connectionsTable);

/** How long the owner of a closed connection is known, in seconds: a frame is handled within 29. */
const CLOSED_S = 5 * 60;

/** That a user has come online, and who has to be notified of it. */
export interface PresenceChange {
  readonly user: User;
  readonly friends: boolean;
  readonly everybody: boolean;
}

/** A connection to be registered. */
export interface NewConnection {
  readonly eio: Eio;
  /** When it was opened, epoch ms. */
  readonly now: number;
  /** Whether everybody is to be notified that its user is online. */
  readonly notifyAll: boolean;
}

/**
 * Registers an open connection: from here on its principal is online, and events for the principal are sent to it.
 * @returns who has to be notified about a user (of registrations that race, one learns it); `repeated` when the connection
 *   was registered before
 * @throws ChatError 5008 when the principal has too many devices connected
 */
export async function registerConnection(
  connectionId: string,
  principal: Principal,
  { eio, now, notifyAll }: NewConnection,
): Promise<PresenceChange | 'repeated' | undefined> {
  const put = dynamo.send(
    new PutCommand({
      TableName: table,
      ConditionExpression: 'attribute_not_exists(#pk)',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY },
      Item: {
        ...connectionKey(connectionId),
        ...principal,
        [EXPIRES]: expiryAt(now),
        ...everybodyEntry(principal.app, connectionId),
        ...heartbeatEntry(eio, now),
      },
    }),
  );
  if (!(await unlessRefused(put))) return 'repeated';
  // Last, so that nothing can fail any more once others are notified.
  const before = await addDevice(principal, connectionId, { audience: notifyAll ? 'everybody' : 'friends', now });
  return isUser(principal)
    ? { user: principal, friends: before === undefined, everybody: notifyAll && before !== 'everybody' }
    : undefined;
}

/**
 * Takes a connection out of the indexes, and keeps for a while whose it was: frames that arrived before it closed may be
 * handled after.
 * @returns its owner; undefined when it is not registered, or closed already
 */
async function markClosed(connectionId: string, now: number): Promise<Principal | undefined> {
  try {
    const { Attributes } = await dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: connectionKey(connectionId),
        UpdateExpression: 'SET closed = :now, #expires = :expires REMOVE #everybody, #heartbeat, #due',
        ConditionExpression: 'attribute_exists(#pk) AND attribute_not_exists(closed)',
        ExpressionAttributeNames: {
          '#pk': PARTITION_KEY,
          '#expires': EXPIRES,
          '#everybody': EVERYBODY_INDEX.shard,
          '#heartbeat': HEARTBEAT_INDEX.shard,
          '#due': HEARTBEAT_INDEX.due,
        },
        ExpressionAttributeValues: { ':now': now, ':expires': Math.ceil(now / 1000) + CLOSED_S },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Principal.parse(Attributes);
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
  return Item && Principal.parse(Item);
}

/** That a user's last connection was removed, and when (epoch ms). */
export interface Departure {
  readonly user: User;
  readonly left: number;
}

/**
 * Removes a connection that is gone; one that is not registered is no error.
 * @returns a departure when it was the last one of a user; it becomes final by `markOffline`
 */
export async function unregisterConnection(connectionId: string, owner?: Principal): Promise<Departure | undefined> {
  const left = Date.now();
  const principal = (await markClosed(connectionId, left)) ?? owner;
  if (!principal) return undefined;
  const state = await removeDevice(principal, connectionId, left);
  return state === 'leaving' && isUser(principal) ? { user: principal, left } : undefined;
}

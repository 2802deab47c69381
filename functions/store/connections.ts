import { randomUUID } from 'node:crypto';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Eio } from '../protocol/index.ts';
import { ENV, EVERYBODY_INDEX, EXPIRES, HEARTBEAT_INDEX, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { isUser, Principal, type User } from '../shared/principal.ts';
import { everybodyEntry } from './connection-index.ts';
import { sessionsEntry } from './connection-sessions.ts';
import { addDevice, expiryAt, MAX_DEVICES, type PresenceAudience, removeDevice } from './devices.ts';
import { conditionFailed, dynamo, unlessRefused } from './dynamo.ts';
import { heartbeatEntry } from './heartbeats.ts';
import { connectionKey } from './keys.ts';

const table = requireEnv(ENV.connectionsTable);

/** How long the owner of a closed connection is known, in seconds: a frame is handled within 29. */
const CLOSED_S = 5 * 60;

/** The owner in the item of a connection; undefined when it closed before anybody had logged in on it. */
function ownerOf(item: Record<string, unknown> | undefined): Principal | undefined {
  return item?.id === undefined ? undefined : Principal.parse(item);
}

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
  /** The sessions of an account that it belongs to, by their hashes: it is closed when one of them ends. */
  readonly sessions: readonly string[];
  /** Removes a device of the principal. It is called when they have as many as they can. */
  readonly makeRoom: () => Promise<void>;
}

/** How often room is made for a connection. Others that connect at the same time may take it. */
const ROOM_ATTEMPTS = 5;

/**
 * Registers an open connection: from here on its principal is online, and events for the principal are sent to it.
 * @returns who has to be notified about a user (of registrations that race, one learns it); `repeated` when the connection
 *   is registered, or has closed
 * @throws ChatError 5008 when too many devices of the principal connect at the same time
 */
export async function registerConnection(
  connectionId: string,
  principal: Principal,
  { eio, now, notifyAll, sessions, makeRoom }: NewConnection,
): Promise<PresenceChange | 'repeated' | undefined> {
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
        [EXPIRES]: expiryAt(now),
        ...everybodyEntry(principal.app, connectionId),
        ...heartbeatEntry(eio, now),
        ...sessionsEntry(sessions),
      },
    }),
  );
  if (!(await unlessRefused(put))) return 'repeated';
  // Last, so that nothing can fail any more once others are notified.
  const device = { audience: notifyAll ? 'everybody' : 'friends', now } as const;
  const before = await addWithRoom(() => addDevice(principal, connectionId, device), makeRoom);
  return isUser(principal)
    ? { user: principal, friends: before === undefined, everybody: notifyAll && before !== 'everybody' }
    : undefined;
}

async function addWithRoom(
  add: () => ReturnType<typeof addDevice>,
  makeRoom: () => Promise<void>,
): Promise<PresenceAudience | undefined> {
  for (let attempt = 1; ; attempt++) {
    const before = await add();
    if (before !== 'full') return before;
    if (attempt === ROOM_ATTEMPTS) {
      const message = `Too many devices connect at the same time; a user or visitor can have ${MAX_DEVICES}. Retry later`;
      throw new ChatError(ERROR.memberLimit, message);
    }
    await makeRoom();
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

/** That a user's last connection was removed, and when (epoch ms). */
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
 * @returns what remains of the principal; undefined when nobody is known to own the connection
 */
export async function unregisterConnection(connectionId: string, owner?: Principal): Promise<Removal | undefined> {
  const left = Date.now();
  const principal = (await markClosed(connectionId, left)) ?? owner;
  if (!principal) return undefined;
  const state = await removeDevice(principal, connectionId, left);
  const departure = state === 'leaving' && isUser(principal) ? { user: principal, left } : undefined;
  return { announced: state !== 'offline', departure };
}

import { randomUUID } from 'node:crypto';
import type { Eio } from '../protocol/index.ts';
import { ENV, EVERYBODY_INDEX, EXPIRES, HEARTBEAT_INDEX, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { isUser, Principal, type User } from '../shared/principal.ts';
import { everybodyEntry } from './connection-index.ts';
import { sessionsEntry } from './connection-sessions.ts';
import { addDevice, expiryAt, MAX_DEVICES, openedAt, type PresenceAudience, removeDevice } from './devices.ts';
import { conditionFailed, dynamo, type Lookup, unlessRefused } from './dynamo.ts';
import { heartbeatEntry } from './heartbeats.ts';
import { connectionKey } from './keys.ts';
import { signOfLife } from './signs-of-life.ts';

const table = requireEnv(ENV.connectionsTable);

/** How long the owner of a closed connection stays stored, in seconds. A frame is handled within 29 seconds. */
const CLOSED_S = 5 * 60;

/** The owner in a connection item. Undefined when the connection closed before a login. */
function ownerOf(item: Record<string, unknown> | undefined): Principal | undefined {
  return item?.id === undefined ? undefined : Principal.parse(item);
}

/** An online notification: the user and the audience. */
export interface PresenceChange {
  readonly user: User;
  readonly friends: boolean;
  readonly everybody: boolean;
}

/** A connection to register. */
export interface NewConnection {
  readonly eio: Eio;
  /** Opening time, epoch ms. */
  readonly now: number;
  /** Whether all users receive the online notification. `limited`: once a minute. */
  readonly notifyAll: 'always' | 'limited' | 'never';
  /** The sessions that it belongs to, by their hashes: it is closed when one of them ends. */
  readonly sessions: readonly string[];
  /** The kind of the device, if the application has a rule for that. */
  readonly device?: string | undefined;
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
  { eio, now, notifyAll, sessions, device, makeRoom }: NewConnection,
): Promise<PresenceChange | 'repeated' | undefined> {
  // The SDK repeats a write when its response is lost. The mark distinguishes the repetition from a second join.
  const attempt = randomUUID();
  const put = dynamo.put({
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
      ...(device !== undefined && { device, since: now }),
    },
  });
  if (!(await unlessRefused(put))) return 'repeated';
  // Last, so that nothing can fail any more once others are notified.
  let everybody = notifyAll !== 'never';
  const add = () => addDevice(principal, connectionId, { audience: everybody ? 'everybody' : 'friends', now });
  const before = await addWithRoom(async () => {
    if (notifyAll !== 'limited' || !everybody) return add();
    const added = await addDevice(principal, connectionId, { audience: 'everybody', now, oncePerMinute: true });
    if (added !== 'full') return added;
    // Until the next minute, only friends learn of changes.
    everybody = false;
    return add();
  }, makeRoom);
  return isUser(principal)
    ? { user: principal, friends: before === undefined, everybody: everybody && before !== 'everybody' }
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

/** What was stored about a connection when it closed. */
interface Closed {
  /** Undefined when the connection closed before a login. */
  readonly owner: Principal | undefined;
  readonly heard: ReturnType<typeof signOfLife>;
}

/**
 * Removes a connection from the indexes, and stores for a while that it closed and who owned it. Frames that arrived
 * earlier may be handled later. Events among them still have a sender, and a join does not register the connection
 * again.
 * @returns undefined when the connection is already closed
 */
async function markClosed(connectionId: string, now: number): Promise<Closed | undefined> {
  try {
    const { Attributes = {} } = await dynamo.update({
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
      ReturnValues: 'ALL_OLD',
    });
    return { owner: ownerOf(Attributes), heard: signOfLife(Attributes) };
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    return undefined;
  }
}

/** Stores that API Gateway reported the end of a connection, which another function had found closed. */
export async function reportClosed(connectionId: string): Promise<void> {
  await unlessRefused(
    dynamo.update({
      TableName: table,
      Key: connectionKey(connectionId),
      UpdateExpression: 'SET reported = :true',
      ConditionExpression: 'attribute_exists(closed)',
      ExpressionAttributeValues: { ':true': true },
    }),
  );
}

/** Whether API Gateway reported the end of a connection that another function found closed. */
export function wasReported(connectionId: string): Lookup<boolean> {
  return { table, key: connectionKey(connectionId), parse: (item) => item?.reported === true };
}

/** When a connection was opened, epoch ms. Undefined for an unknown connection. */
export function connectionOpened(connectionId: string): Lookup<number | undefined> {
  return { table, key: connectionKey(connectionId), parse: (item) => item && openedAt(Number(item[EXPIRES])) };
}

/**
 * The owner of a connection, which may have closed recently. Undefined when no user has logged in on it; `ended` when
 * their session has ended.
 */
export async function connectionOwner(connectionId: string): Promise<Principal | 'ended' | undefined> {
  const { Item } = await dynamo.get({ TableName: table, Key: connectionKey(connectionId), ConsistentRead: true });
  return Item?.sessionEnded ? 'ended' : ownerOf(Item);
}

/** The removal of a user's last connection, and its time in epoch ms. */
export interface Departure {
  readonly user: User;
  readonly left: number;
}

/** The last connection of a user, which closed. */
export interface LastConnection {
  readonly user: User;
  /** The last stored sign of life, epoch ms. */
  readonly heardAt: number;
  /** Whether the client sent more that is not stored: it pings by itself. */
  readonly incomplete: boolean;
}

/** The state of a principal after the removal of a connection. */
export interface Removal {
  /** Whether the principal is announced as online. */
  readonly announced: boolean;
  /** Set when the user has no other connection and is still announced as online; see {@link markOffline}. */
  readonly departure: Departure | undefined;
  /** Set when this call removed the last connection of a user. */
  readonly last: LastConnection | undefined;
}

/**
 * Removes a closed connection. A connection that is not registered is not an error.
 * @returns the state of the owner; undefined when the owner is unknown
 */
export async function unregisterConnection(connectionId: string, owner?: Principal): Promise<Removal | undefined> {
  const left = Date.now();
  const closed = await markClosed(connectionId, left);
  const principal = closed?.owner ?? owner;
  if (!principal) return undefined;
  const state = await removeDevice(principal, connectionId, left);
  const isLast = state !== 'online' && isUser(principal);
  return {
    announced: state !== 'offline',
    departure: isLast && state === 'leaving' ? { user: principal, left } : undefined,
    last:
      isLast && closed?.owner
        ? { user: principal, heardAt: closed.heard.at, incomplete: closed.heard.incomplete }
        : undefined,
  };
}

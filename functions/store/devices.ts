import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { ENV, EXPIRES, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Principal, User } from '../shared/principal.ts';
import { conditionFailed, dynamo, type Lookup, unlessRefused } from './dynamo.ts';
import { subjectKey } from './keys.ts';

/*
 * The devices item of a principal contains the open connections and the notified audience. It is the only presence state.
 * Every transition is one conditional update. So of several concurrent transitions, exactly one sends notifications.
 *
 * Attributes: `connections` is the set of open connections, absent when empty. `background` is the set of those whose app
 * is in the background, without effect on presence. `announced` is the audience of the online notification.
 * `limitedAt` is the minute of the last one that is possible once a minute. `left` is the time of the last removal of a connection.
 * `notified` is the audience of the last offline notification, and `notifiedBy` the attempt that claimed it.
 * `expires` deletes an item without updates.
 *
 * | state   | connections | announced | left              | addDevice                | removeDevice          | markOffline(left)      |
 * |---------|-------------|-----------|-------------------|--------------------------|-----------------------|------------------------|
 * | offline | absent      | absent    | any               | online: notify           | offline               | offline                |
 * | online  | present     | present   | any               | online: notify the rest  | online, or if that    | online                 |
 * |         |             |           |                   |                          | was the last: leaving |                        |
 * | leaving | absent      | present   | the last removal  | online: notify the rest  | leaving, later `left` | same `left`: offline,  |
 * |         |             |           |                   |                          |                       | notify; else leaving   |
 *
 * "Notify the rest": notify all users if only friends were notified before. A missing item means the state `offline`.
 * Only users cause notifications: the items of visitors stay in `leaving` until they expire.
 */

const table = requireEnv(ENV.connectionsTable);

/** API Gateway closes every connection after two hours. */
const LIFETIME_S = 3 * 60 * 60;

/** How many devices one principal may have connected at once. */
export const MAX_DEVICES = 100;

/** The audience of an online notification. */
const PresenceAudience = z.enum(['friends', 'everybody']);
export type PresenceAudience = z.output<typeof PresenceAudience>;

const Devices = z.object({
  connections: z.optional(z.instanceof(Set)),
  background: z.optional(z.instanceof(Set)),
  announced: z.optional(PresenceAudience),
  notified: z.optional(PresenceAudience),
});

/** Expiry of an item that is written now: epoch seconds, from epoch ms. */
export const expiryAt = (now: number) => Math.ceil(now / 1000) + LIFETIME_S;

/** When a connection was opened whose item may be removed then: epoch ms, from epoch seconds. */
export const openedAt = (expires: number) => (expires - LIFETIME_S) * 1000;

const devicesKey = (principal: Principal) => ({ [PARTITION_KEY]: subjectKey(principal) });

/** The ids of a principal's open connections, from one item. */
export function connectionsOf(principal: Principal): Lookup<string[]> {
  const { table, key, parse } = devicesOf(principal);
  return { table, key, parse: (item) => parse(item).connections };
}

/** The open connections of a principal. */
export interface OpenDevices {
  readonly connections: string[];
  /** Those on which the app is in the background. */
  readonly background: ReadonlySet<unknown>;
  /** Whether the app is in the foreground on at least one of them. */
  readonly foreground: boolean;
}

/** The ids of a principal's open connections, and whether somebody looks at one of them: one item. */
export function devicesOf(principal: Principal): Lookup<OpenDevices> {
  return {
    table,
    key: devicesKey(principal),
    parse: (item) => {
      const { connections = new Set(), background = new Set() } = Devices.parse(item ?? {});
      const ids = [...connections].map(String);
      return { connections: ids, background, foreground: ids.some((id) => !background.has(id)) };
    },
  };
}

/**
 * Notes whether the app of a connection is in the background.
 * @returns false when the principal has no such connection
 */
export function setBackground(principal: Principal, connectionId: string, background: boolean): Promise<boolean> {
  return unlessRefused(
    dynamo.update({
      TableName: table,
      Key: devicesKey(principal),
      UpdateExpression: `${background ? 'ADD' : 'DELETE'} background :connection`,
      ConditionExpression: 'contains(connections, :id)',
      ExpressionAttributeValues: { ':connection': new Set([connectionId]), ':id': connectionId },
    }),
  );
}

/**
 * To `online`: adds a connection.
 * @param audience who has to know that the principal is online
 * @param now epoch ms
 * @param oncePerMinute refuses if another connection was added so in this clock minute
 * @returns who had been notified before; undefined when the principal was offline, or that is unknown; `full` when they have {@link MAX_DEVICES}
 *   devices already, or for `oncePerMinute`
 */
export async function addDevice(
  principal: Principal,
  connectionId: string,
  { audience, now, oncePerMinute }: { audience: PresenceAudience; now: number; oncePerMinute?: boolean },
): Promise<PresenceAudience | 'full' | undefined> {
  // If all users received the online notification, they all get the offline notification, whichever device closes last.
  const announced = audience === 'everybody' ? ':audience' : 'if_not_exists(announced, :audience)';
  const once = oncePerMinute
    ? {
        update: ', limitedAt = :minute',
        condition: ' AND (attribute_not_exists(limitedAt) OR limitedAt <> :minute)',
      }
    : undefined;
  try {
    const { Attributes } = await dynamo.update({
      TableName: table,
      Key: devicesKey(principal),
      UpdateExpression: `ADD connections :connection SET #expires = :expires, announced = ${announced}${once?.update ?? ''}`,
      // The SDK repeats a write whose response was lost. The repetition finds the connection, and must not be refused.
      ConditionExpression: `contains(connections, :id) OR (attribute_not_exists(connections) OR size(connections) < :limit)${once?.condition ?? ''}`,
      ExpressionAttributeNames: { '#expires': EXPIRES },
      ExpressionAttributeValues: {
        ':connection': new Set([connectionId]),
        ':id': connectionId,
        ':expires': expiryAt(now),
        ':audience': audience,
        ':limit': MAX_DEVICES,
        ...(once && { ':minute': Math.floor(now / 60_000) }),
      },
      ReturnValues: 'UPDATED_OLD',
    });
    const { connections, announced: before } = Devices.parse(Attributes ?? {});
    // After a repetition it is unknown who had been notified before, so notify all.
    return connections?.has(connectionId) ? undefined : before;
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    return 'full';
  }
}

/**
 * Transition from `online` to `leaving` if it was the last connection: removes a connection.
 * @param left epoch ms
 * @returns the state afterwards
 */
export async function removeDevice(
  principal: Principal,
  connectionId: string,
  left: number,
): Promise<'online' | 'leaving' | 'offline'> {
  const { Attributes } = await dynamo.update({
    TableName: table,
    Key: devicesKey(principal),
    // The item may have expired. The update must not recreate it without an expiry.
    UpdateExpression: 'DELETE connections :connection, background :connection SET #left = :left, #expires = :expires',
    ExpressionAttributeNames: { '#left': 'left', '#expires': EXPIRES },
    ExpressionAttributeValues: {
      ':connection': new Set([connectionId]),
      ':left': left,
      ':expires': expiryAt(left),
    },
    ReturnValues: 'ALL_NEW',
  });
  const { connections, announced } = Devices.parse(Attributes ?? {});
  if (connections !== undefined) return 'online';
  return announced === undefined ? 'offline' : 'leaving';
}

/**
 * Removes connections whose session ended, before they are closed. The state remains announced: when API Gateway
 * reports their end, `removeDevice` makes the transition.
 */
export async function removeEndedDevices(principal: Principal, connectionIds: readonly string[]): Promise<void> {
  await dynamo.update({
    TableName: table,
    Key: devicesKey(principal),
    UpdateExpression: 'DELETE connections :ended, background :ended SET #expires = :expires',
    ExpressionAttributeNames: { '#expires': EXPIRES },
    ExpressionAttributeValues: { ':ended': new Set(connectionIds), ':expires': expiryAt(Date.now()) },
  });
}

/**
 * Transition from `leaving` to `offline`, if no connection was added or removed since.
 * @param left when the user's last connection was removed, epoch ms
 * @returns the audience of the online notification, which only one of several callers gets
 */
export async function markOffline(user: User, left: number): Promise<PresenceAudience | undefined> {
  const now = Date.now();
  // The SDK repeats a write when its response is lost. The mark distinguishes the repetition from another caller.
  const attempt = randomUUID();
  try {
    const { Attributes } = await dynamo.update({
      TableName: table,
      Key: devicesKey(user),
      UpdateExpression:
        'SET #expires = :expires, notified = if_not_exists(announced, notified), notifiedBy = :attempt REMOVE announced',
      ConditionExpression:
        '(attribute_exists(announced) OR notifiedBy = :attempt) AND attribute_not_exists(connections) AND #left = :left',
      ExpressionAttributeNames: { '#left': 'left', '#expires': EXPIRES },
      ExpressionAttributeValues: { ':left': left, ':expires': expiryAt(now), ':attempt': attempt },
      ReturnValues: 'ALL_NEW',
    });
    return Devices.parse(Attributes).notified;
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    return undefined;
  }
}

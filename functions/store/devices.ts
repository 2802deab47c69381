import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { ENV, EXPIRES, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import type { Principal, User } from '../shared/principal.ts';
import { conditionFailed, dynamo, type Lookup } from './dynamo.ts';
import { subjectKey } from './keys.ts';

/*
 * The devices item of a principal contains the open connections and the notified audience. It is the only presence state.
 * Every transition is one conditional update. So of several concurrent transitions, exactly one sends notifications.
 *
 * Attributes: `connections` is the set of open connections, absent when empty. `announced` is the audience of the online
 * notification. `left` is the time of the last removal of a connection. `expires` deletes an item without updates.
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

/** Maximum connected devices of one principal. */
const MAX_DEVICES = 100;

/** The audience of an online notification. */
const PresenceAudience = z.enum(['friends', 'everybody']);
export type PresenceAudience = z.output<typeof PresenceAudience>;

const Devices = z.object({
  connections: z.optional(z.instanceof(Set)),
  announced: z.optional(PresenceAudience),
});

/** Expiry of an item that is written now: epoch seconds, from epoch ms. */
export const expiryAt = (now: number) => Math.ceil(now / 1000) + LIFETIME_S;

const devicesKey = (principal: Principal) => ({ [PARTITION_KEY]: subjectKey(principal) });

/** The ids of a principal's open connections, from one item. */
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

/**
 * Transition to `online`: adds a connection.
 * @param audience who must be notified that the principal is online
 * @param now epoch ms
 * @returns the audience notified before; undefined when the principal was offline
 * @throws ChatError 5008 when the principal has too many connected devices
 */
export async function addDevice(
  principal: Principal,
  connectionId: string,
  { audience, now }: { audience: PresenceAudience; now: number },
): Promise<PresenceAudience | undefined> {
  // If all users received the online notification, they all get the offline notification, whichever device closes last.
  const announced = audience === 'everybody' ? ':audience' : 'if_not_exists(announced, :audience)';
  try {
    const { Attributes } = await dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: devicesKey(principal),
        UpdateExpression: `ADD connections :connection SET #expires = :expires, announced = ${announced}`,
        ConditionExpression: 'attribute_not_exists(connections) OR size(connections) < :limit',
        ExpressionAttributeNames: { '#expires': EXPIRES },
        ExpressionAttributeValues: {
          ':connection': new Set([connectionId]),
          ':expires': expiryAt(now),
          ':audience': audience,
          ':limit': MAX_DEVICES,
        },
        ReturnValues: 'UPDATED_OLD',
      }),
    );
    return Devices.parse(Attributes ?? {}).announced;
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    throw new ChatError(
      ERROR.memberLimit,
      `${principal.id} has too many connected devices; at most ${MAX_DEVICES} are allowed`,
    );
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
  const { Attributes } = await dynamo.send(
    new UpdateCommand({
      TableName: table,
      Key: devicesKey(principal),
      // The item may have expired. The update must not recreate it without an expiry.
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
  const { connections, announced } = Devices.parse(Attributes ?? {});
  if (connections !== undefined) return 'online';
  return announced === undefined ? 'offline' : 'leaving';
}

/**
 * Transition from `leaving` to `offline`, if no connection was added or removed since.
 * @param left when the user's last connection was removed, epoch ms
 * @returns the audience of the online notification, which only one of several callers gets
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

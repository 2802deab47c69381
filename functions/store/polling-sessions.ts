import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { ENV, EXPIRES } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Session } from '../shared/sid.ts';
import { conditionFailed, dynamo } from './dynamo.ts';
import { pollingKey } from './keys.ts';

const table = requireEnv(ENV.connectionsTable);

/** How long a session lasts without an upgrade, or without a request of a client that does not upgrade. */
export const SESSION_S = 60;

/** What a client may post before the upgrade. Clients post a join of each namespace, and a ping. */
const MAX_PACKETS = 60;
const MAX_CHARACTERS = 64 * 1024;

/** The WebSocket connection that continues a session. */
const Socket = z.object({
  connectionId: z.string(),
  /** The authorizer context of the connection. */
  authorizer: z.record(z.string(), z.unknown()),
});
export type UpgradedSocket = z.output<typeof Socket>;

/** The stored part of a session that started with long-polling. Times are epoch ms. */
const Stored = z.object({
  [EXPIRES]: z.number(),
  /** The packets that the client posted before the upgrade, in order. */
  packets: z._default(z.array(z.string()), []),
  /** The last request that added packets. */
  post: z.optional(z.string()),
  /** When a WebSocket connection last probed the upgrade. */
  probed: z.optional(z.number()),
  /** When the session continued on a WebSocket connection. */
  upgraded: z.optional(z.number()),
  socket: z.optional(Socket),
  closed: z.optional(z.number()),
  /** Of a client that does not upgrade: the packets for it, how many it has fetched, and when it last waited for more. */
  waiting: z.optional(z.array(z.string())),
  taken: z.optional(z.number()),
  polled: z.optional(z.number()),
});
export type PollingSession = Session & z.output<typeof Stored>;

export const seconds = (now: number) => Math.floor(now / 1000);

const endOf = ({ opened }: Pick<Session, 'opened'>) => seconds(opened) + SESSION_S;

/**
 * Reads a session, which may be closed. It is stored only when there is something to store. Undefined when it is unknown
 * or expired.
 * @param consistent whether the result includes all earlier writes. @default false
 */
export async function pollingSession(
  session: Session,
  now: number,
  { consistent = false } = {},
): Promise<PollingSession | undefined> {
  const Key = pollingKey(session.connectionId);
  const { Item } = await dynamo.get({ TableName: table, Key, ConsistentRead: consistent });
  const stored = Stored.parse(Item ?? { [EXPIRES]: endOf(session) });
  return stored[EXPIRES] > seconds(now) ? { ...session, ...stored } : undefined;
}

interface Change {
  /** What to set. */
  readonly set: string;
  readonly remove?: string;
  readonly condition: string;
  readonly values: Record<string, unknown>;
  /** The new expiry, epoch seconds. @default unchanged */
  readonly expires?: number;
  /**
   * Whether the condition fails after the change. The SDK repeats a write when its response is lost. The change then
   * stores an id of its own, by which it recognises the repetition.
   */
  readonly once?: true;
  /** Whether to return the session as it was before. @default false */
  readonly before?: true;
}

/** Changes an open session, and returns it. Undefined when the condition is not met, or the session is not open. */
export async function changeSession(
  session: Session,
  now: number,
  { set, remove, condition, values, expires, once, before }: Change,
): Promise<PollingSession | undefined> {
  const end = endOf(session);
  const isYoung = end > seconds(now);
  const sets = [
    set,
    `#expires = ${expires === undefined ? 'if_not_exists(#expires, :end)' : ':end'}`,
    ...(once ? ['attempt = :attempt'] : []),
  ];
  try {
    const { Attributes } = await dynamo.update({
      TableName: table,
      Key: pollingKey(session.connectionId),
      UpdateExpression: `SET ${sets.join(', ')}${remove ? ` REMOVE ${remove}` : ''}`,
      ConditionExpression: [
        isYoung ? '(attribute_not_exists(#expires) OR #expires > :seconds)' : '#expires > :seconds',
        'attribute_not_exists(closed)',
        once ? `((${condition}) OR attempt = :attempt)` : `(${condition})`,
      ].join(' AND '),
      ExpressionAttributeNames: { '#expires': EXPIRES },
      ExpressionAttributeValues: {
        ':seconds': seconds(now),
        ':end': expires ?? end,
        ...(once && { ':attempt': randomUUID() }),
        ...values,
      },
      ReturnValues: before ? 'ALL_OLD' : 'ALL_NEW',
    });
    return { ...session, ...Stored.parse({ [EXPIRES]: end, ...Attributes }) };
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    return undefined;
  }
}

/** Neither upgraded nor in use without an upgrade. */
const NOT_UPGRADED = 'attribute_not_exists(upgraded) AND attribute_not_exists(waiting)';

/**
 * Adds packets to a session that was not upgraded yet.
 * @returns false when they exceed the limits, or the session is upgraded or not open
 */
export async function addPackets(session: Session, packets: readonly string[], now: number): Promise<boolean> {
  const characters = packets.reduce((sum, packet) => sum + packet.length, 0);
  if (packets.length > MAX_PACKETS || characters > MAX_CHARACTERS) return false;
  // A repetition must not add them again.
  const post = randomUUID();
  const added = await changeSession(session, now, {
    set: 'packets = list_append(if_not_exists(packets, :none), :packets), characters = if_not_exists(characters, :zero) + :characters, post = :post',
    condition: `${NOT_UPGRADED} AND (attribute_not_exists(packets) OR (size(packets) <= :room AND characters <= :unused AND post <> :post))`,
    values: {
      ':none': [],
      ':zero': 0,
      ':packets': packets,
      ':characters': characters,
      ':post': post,
      ':room': MAX_PACKETS - packets.length,
      ':unused': MAX_CHARACTERS - characters,
    },
  });
  return added !== undefined || (await pollingSession(session, now, { consistent: true }))?.post === post;
}

/**
 * Claims the right to wait for packets. After a probe, requests end early, so that the next one is no second one.
 * @param since when the request started, epoch ms
 * @param until when it ends at the latest, epoch ms
 * @returns undefined when another request waits, or the session is upgraded or not open
 */
export function claimPoll(session: Session, since: number, until: number): Promise<PollingSession | undefined> {
  return changeSession(session, since, {
    set: 'polled = :until',
    condition:
      'attribute_not_exists(upgraded) AND (attribute_not_exists(polled) OR polled <= :since OR attribute_exists(probed))',
    values: { ':since': since, ':until': until },
    once: true,
  });
}

/**
 * Ends a session, unless it is upgraded. A session that is not open is not an error.
 * @param last packets that the client gets before the end
 */
export async function closePollingSession(session: Session, now: number, last?: readonly string[]): Promise<void> {
  await changeSession(session, now, {
    set: last ? 'closed = :now, waiting = :last' : 'closed = :now',
    remove: 'packets',
    condition: 'attribute_not_exists(upgraded)',
    values: { ':now': now, ...(last && { ':last': last }) },
  });
}

/**
 * Ends a session that is not upgraded, because the WebSocket connection that it probed has ended. Its client is asked to
 * reconnect by the next request. A session that is not open is not an error.
 */
export async function closeProbed(session: Session, now: number): Promise<void> {
  if (endOf(session) <= seconds(now)) return;
  await changeSession(session, now, {
    set: 'closed = :now, waiting = :none',
    remove: 'packets',
    condition: `${NOT_UPGRADED} AND attribute_exists(probed)`,
    values: { ':now': now, ':none': [] },
  });
}

/** Notes that a WebSocket connection probes the upgrade of a session. Returns false if it cannot be upgraded. */
export async function markProbed(session: Session, now: number): Promise<boolean> {
  const probe = { set: 'probed = :now', condition: NOT_UPGRADED, values: { ':now': now } };
  return (await changeSession(session, now, probe)) !== undefined;
}

/**
 * Continues a session on a WebSocket connection. Only one connection can, and only once. What the client posted is removed,
 * because it can contain credentials.
 * @param now when the upgrade arrived, epoch ms
 * @returns the session with what the client posted; undefined if it cannot be upgraded
 */
export function upgradeSession(
  session: Session,
  socket: UpgradedSocket,
  now: number,
): Promise<PollingSession | undefined> {
  return changeSession(session, now, {
    set: 'upgraded = :now, socket = :socket',
    remove: 'packets',
    condition: NOT_UPGRADED,
    values: { ':now': now, ':socket': socket },
    before: true,
  });
}

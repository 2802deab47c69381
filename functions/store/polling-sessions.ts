import { randomUUID } from 'node:crypto';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Eio } from '../protocol/index.ts';
import { ENV, EXPIRES } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { conditionFailed, dynamo } from './dynamo.ts';
import { pollingKey } from './keys.ts';

const table = requireEnv(ENV.connectionsTable);

/** How long a session lasts without an upgrade, or without a request of a client that does not upgrade. */
export const SESSION_S = 60;

/** What a client may post before the upgrade. Clients post a join of each namespace, and a ping. */
export const MAX_PACKETS = 60;
export const MAX_CHARACTERS = 64 * 1024;

/** The WebSocket connection that continues a session. */
const Socket = z.object({
  connectionId: z.string(),
  /** The authorizer context of the connection. */
  authorizer: z.record(z.string(), z.unknown()),
});
export type UpgradedSocket = z.output<typeof Socket>;

/** An Engine.IO session that started with long-polling. Times are epoch ms; zero stands for never. */
const Stored = z.object({
  eio: z.literal([3, 4]),
  opened: z.number(),
  [EXPIRES]: z.number(),
  /** The packets that the client posted, in order. */
  packets: z.array(z.string()),
  characters: z.number(),
  /** The last request that added packets. */
  post: z.string(),
  /** Until when a request waits for packets. */
  polled: z.number(),
  /** When a WebSocket connection last probed the upgrade. */
  probed: z.optional(z.number()),
  /** When the session continued on a WebSocket connection. */
  upgraded: z.optional(z.number()),
  socket: z.optional(Socket),
  closed: z.optional(z.number()),
  /** Of a client that does not upgrade: the packets for it, and how many it has fetched. */
  waiting: z.optional(z.array(z.string())),
  taken: z.optional(z.number()),
});
export type PollingSession = z.output<typeof Stored>;

export const seconds = (now: number) => Math.floor(now / 1000);

export async function createPollingSession(sid: string, eio: Eio, now: number): Promise<void> {
  const empty = { packets: [], characters: 0, post: '', polled: 0 };
  const session = { eio, opened: now, ...empty, [EXPIRES]: seconds(now) + SESSION_S };
  await dynamo.send(new PutCommand({ TableName: table, Item: { ...pollingKey(sid), ...session } }));
}

/**
 * Reads a session, which may be closed. Undefined when it is unknown or expired.
 * @param consistent whether the result includes all earlier writes. @default false
 */
export async function pollingSession(
  sid: string,
  now: number,
  { consistent = false } = {},
): Promise<PollingSession | undefined> {
  const { Item } = await dynamo.send(
    new GetCommand({ TableName: table, Key: pollingKey(sid), ConsistentRead: consistent }),
  );
  const session = Item && Stored.parse(Item);
  return session && session[EXPIRES] > seconds(now) ? session : undefined;
}

interface Change {
  readonly expression: string;
  readonly condition: string;
  readonly values: Record<string, unknown>;
  /**
   * Whether the condition fails after the change. The SDK repeats a write when its response is lost. The change then
   * stores an id of its own, by which it recognises the repetition.
   */
  readonly once?: true;
}

/** Changes an open session, and returns it. Undefined when the condition is not met, or the session is not open. */
export async function changeSession(
  sid: string,
  now: number,
  { expression, condition, values, once }: Change,
): Promise<PollingSession | undefined> {
  const attempt = randomUUID();
  try {
    const { Attributes } = await dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: pollingKey(sid),
        UpdateExpression: once ? `${expression}, attempt = :attempt` : expression,
        ConditionExpression: `#expires > :seconds AND attribute_not_exists(closed) AND ${once ? `((${condition}) OR attempt = :attempt)` : condition}`,
        ExpressionAttributeNames: { '#expires': EXPIRES },
        ExpressionAttributeValues: { ':seconds': seconds(now), ...values, ...(once && { ':attempt': attempt }) },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Stored.parse(Attributes);
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    return undefined;
  }
}

/**
 * Adds packets to a session that was not upgraded yet.
 * @returns false when they exceed the limits, or the session is upgraded or not open
 */
export async function addPackets(sid: string, eio: Eio, packets: readonly string[], now: number): Promise<boolean> {
  const characters = packets.reduce((sum, packet) => sum + packet.length, 0);
  if (packets.length > MAX_PACKETS || characters > MAX_CHARACTERS) return false;
  // A repetition must not add them again.
  const post = randomUUID();
  const added = await changeSession(sid, now, {
    expression: 'SET packets = list_append(packets, :packets), characters = characters + :characters, post = :post',
    condition: `${NOT_UPGRADED} AND eio = :eio AND size(packets) <= :room AND characters <= :unused AND post <> :post`,
    values: {
      ':eio': eio,
      ':packets': packets,
      ':characters': characters,
      ':post': post,
      ':room': MAX_PACKETS - packets.length,
      ':unused': MAX_CHARACTERS - characters,
    },
  });
  return added !== undefined || (await pollingSession(sid, now, { consistent: true }))?.post === post;
}

/**
 * Claims the right to wait for packets. After a probe, requests end early, so that the next one is no second one.
 * @param until when the request returns at the latest, epoch ms
 * @returns undefined when another request waits, or the session is upgraded or not open
 */
export function startPoll(sid: string, eio: Eio, now: number, until: number): Promise<PollingSession | undefined> {
  return changeSession(sid, now, {
    expression: 'SET polled = :until',
    condition: `attribute_not_exists(upgraded) AND eio = :eio AND (polled <= :now OR attribute_exists(probed))`,
    values: { ':eio': eio, ':now': now, ':until': until },
    once: true,
  });
}

/** Ends a session. A session that is not open is not an error. */
export async function closePollingSession(sid: string, now: number): Promise<void> {
  const close = { expression: 'SET closed = :now', condition: 'attribute_not_exists(upgraded)' };
  await changeSession(sid, now, { ...close, values: { ':now': now } });
}

/** Notes that a WebSocket connection probes the upgrade of a session. Returns false if it cannot be upgraded. */
export async function markProbed(sid: string, now: number): Promise<boolean> {
  const probe = { expression: 'SET probed = :now', condition: NOT_UPGRADED, values: { ':now': now } };
  return (await changeSession(sid, now, probe)) !== undefined;
}

/**
 * Continues a session on a WebSocket connection. Only one connection can, and only once.
 * @param now when the upgrade arrived, epoch ms
 * @returns undefined if the session cannot be upgraded
 */
export function upgradeSession(sid: string, socket: UpgradedSocket, now: number): Promise<PollingSession | undefined> {
  return changeSession(sid, now, {
    expression: 'SET upgraded = :now, socket = :socket',
    condition: NOT_UPGRADED,
    values: { ':now': now, ':socket': socket },
    once: true,
  });
}

/** Neither upgraded nor in use without an upgrade. */
const NOT_UPGRADED = 'attribute_not_exists(upgraded) AND attribute_not_exists(waiting)';

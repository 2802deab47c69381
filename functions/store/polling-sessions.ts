import { randomUUID } from 'node:crypto';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Eio } from '../protocol/index.ts';
import { ENV, EXPIRES, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { conditionFailed, dynamo } from './dynamo.ts';

const table = requireEnv(ENV.connectionsTable);

/** How long a session may last without an upgrade, in seconds. */
const LIFETIME_S = 60;

/** What a client may post before the upgrade. Clients post a join of each namespace, and a ping. */
export const MAX_PACKETS = 60;
export const MAX_CHARACTERS = 64 * 1024;

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
  /** When the session continued on a WebSocket connection, and on which one. */
  upgraded: z.optional(z.number()),
  socket: z.optional(z.string()),
  closed: z.optional(z.number()),
});
export type PollingSession = z.output<typeof Stored>;

const sessionKey = (sid: string) => ({ [PARTITION_KEY]: `polling#${sid}` });

const seconds = (now: number) => Math.floor(now / 1000);

export async function createPollingSession(sid: string, eio: Eio, now: number): Promise<void> {
  const empty = { packets: [], characters: 0, post: '', polled: 0 };
  const session = { eio, opened: now, ...empty, [EXPIRES]: seconds(now) + LIFETIME_S };
  await dynamo.send(new PutCommand({ TableName: table, Item: { ...sessionKey(sid), ...session } }));
}

/**
 * Reads a session. Undefined when it is unknown, expired or closed.
 * @param consistent whether the result includes all earlier writes. @default false
 */
export async function pollingSession(
  sid: string,
  now: number,
  { consistent = false } = {},
): Promise<PollingSession | undefined> {
  const { Item } = await dynamo.send(
    new GetCommand({ TableName: table, Key: sessionKey(sid), ConsistentRead: consistent }),
  );
  if (!Item) return undefined;
  const session = Stored.parse(Item);
  return session.closed === undefined && session[EXPIRES] > seconds(now) ? session : undefined;
}

interface Change {
  readonly expression: string;
  readonly condition: string;
  readonly values?: Record<string, unknown>;
}

/** Changes an open session, and returns it. Undefined when the condition is not met, or the session is not open. */
async function change(
  sid: string,
  now: number,
  { expression, condition, values }: Change,
): Promise<PollingSession | undefined> {
  try {
    const { Attributes } = await dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: sessionKey(sid),
        UpdateExpression: expression,
        ConditionExpression: `#expires > :seconds AND attribute_not_exists(closed) AND ${condition}`,
        ExpressionAttributeNames: { '#expires': EXPIRES },
        ExpressionAttributeValues: { ':seconds': seconds(now), ...values },
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
 * The SDK repeats a write when its response is lost. A change that is made once stores an id of its own, by which it
 * recognises the repetition.
 */
const once = ({ expression, condition, values }: Change): Change => ({
  expression: `${expression}, attempt = :attempt`,
  condition: `(${condition} OR attempt = :attempt)`,
  values: { ...values, ':attempt': randomUUID() },
});

/**
 * Adds packets to a session that was not upgraded yet.
 * @returns false when they exceed the limits, or the session is upgraded or not open
 */
export async function addPackets(sid: string, packets: readonly string[], now: number): Promise<boolean> {
  const characters = packets.reduce((sum, packet) => sum + packet.length, 0);
  if (packets.length > MAX_PACKETS || characters > MAX_CHARACTERS) return false;
  // A repetition must not add them again.
  const post = randomUUID();
  const added = await change(sid, now, {
    expression: 'SET packets = list_append(packets, :packets), characters = characters + :characters, post = :post',
    condition: `${NOT_UPGRADED} AND size(packets) <= :room AND characters <= :unused AND post <> :post`,
    values: {
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
export function startPoll(sid: string, now: number, until: number): Promise<PollingSession | undefined> {
  const poll: Change = {
    expression: 'SET polled = :until',
    condition: `${NOT_UPGRADED} AND (polled <= :now OR attribute_exists(probed))`,
    values: { ':now': now, ':until': until },
  };
  return change(sid, now, once(poll));
}

/** Ends a session. A session that is not open is not an error. */
export async function closePollingSession(sid: string, now: number): Promise<void> {
  await change(sid, now, { expression: 'SET closed = :now', condition: NOT_UPGRADED, values: { ':now': now } });
}

/** Notes that a WebSocket connection probes the upgrade of a session. Returns false if it cannot be upgraded. */
export async function markProbed(sid: string, now: number): Promise<boolean> {
  const probe = { expression: 'SET probed = :now', condition: NOT_UPGRADED, values: { ':now': now } };
  return (await change(sid, now, probe)) !== undefined;
}

/**
 * Continues a session on a WebSocket connection. Only one connection can, and only once.
 * @param now when the upgrade arrived, epoch ms
 * @returns undefined if the session cannot be upgraded
 */
export function upgradeSession(sid: string, connectionId: string, now: number): Promise<PollingSession | undefined> {
  const upgrade: Change = {
    expression: 'SET upgraded = :now, socket = :connection',
    condition: NOT_UPGRADED,
    values: { ':now': now, ':connection': connectionId },
  };
  return change(sid, now, once(upgrade));
}

const NOT_UPGRADED = 'attribute_not_exists(upgraded)';

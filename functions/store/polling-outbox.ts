import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { ENV, EXPIRES } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Session } from '../shared/sid.ts';
import { conditionFailed, dynamo, itemOfRefusal, unlessRefused } from './dynamo.ts';
import { pollingKey } from './keys.ts';
import { changeSession, type PollingSession, pollingSession, SESSION_S, seconds } from './polling-sessions.ts';

const table = requireEnv(ENV.connectionsTable);

/** What waits for a request of the client. An item can contain 400 KB, and a character has at most three bytes. */
const MAX_WAITING = 300;
const MAX_CHARACTERS = 100_000;

/** The stored session when a packet is refused, in the format of DynamoDB. */
const Refused = z.object({
  [EXPIRES]: z.object({ N: z.string() }),
  closed: z.optional(z.unknown()),
  lastPut: z.optional(z.object({ S: z.string() })),
});

/**
 * Stores a packet until a request of the client fetches it.
 * @returns `gone` when the session is not open; `refused` when too much waits for the client
 */
export async function putPacket(connectionId: string, packet: string): Promise<'sent' | 'gone' | 'refused'> {
  const now = seconds(Date.now());
  // The SDK repeats a write when its response is lost. A repetition must not add the packet again.
  const put = randomUUID();
  try {
    await dynamo.update({
      TableName: table,
      Key: pollingKey(connectionId),
      UpdateExpression: 'SET waiting = list_append(waiting, :packets), lastPut = :put ADD waitingCharacters :length',
      ConditionExpression:
        '#expires > :now AND attribute_not_exists(closed) AND lastPut <> :put AND size(waiting) < :most AND waitingCharacters <= :unused',
      ExpressionAttributeNames: { '#expires': EXPIRES },
      ExpressionAttributeValues: {
        ':packets': [packet],
        ':put': put,
        ':length': packet.length,
        ':now': now,
        ':most': MAX_WAITING,
        ':unused': MAX_CHARACTERS - packet.length,
      },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return 'sent';
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    const { data: refused } = z.safeParse(Refused, itemOfRefusal(error));
    if (refused?.lastPut?.S === put) return 'sent';
    return refused && !refused.closed && Number(refused.expires.N) > now ? 'refused' : 'gone';
  }
}

/**
 * Starts to exchange packets with a client that does not upgrade. It cannot upgrade any more. What it posted is removed,
 * because it can contain credentials.
 * @returns the session with what the client posted; undefined when it upgrades, or the session is not open
 */
export function startExchange(session: Session, now: number): Promise<PollingSession | undefined> {
  return changeSession(session, now, {
    set: 'waiting = :none, waitingCharacters = :zero, taken = :zero, lastPut = :never, polled = :now',
    remove: 'packets',
    expires: seconds(now) + SESSION_S,
    condition: 'attribute_not_exists(upgraded) AND attribute_not_exists(waiting)',
    values: { ':none': [], ':zero': 0, ':never': '', ':now': now },
    before: true,
  });
}

/**
 * Removes packets that wait, and lets the next request wait for more.
 * @param session the session as read by the only request that waits
 * @returns none when more packets have come, or the session has ended
 */
export async function takePackets(session: PollingSession, now: number): Promise<readonly string[]> {
  const { waiting = [], taken = 0 } = session;
  const after = taken + waiting.length;
  const changed = await changeSession(session, now, {
    set: 'waiting = :none, waitingCharacters = :zero, taken = :after, polled = :now',
    expires: seconds(now) + SESSION_S,
    condition: 'taken = :before AND size(waiting) = :count',
    values: { ':none': [], ':zero': 0, ':before': taken, ':after': after, ':count': waiting.length, ':now': now },
  });
  // The SDK repeats a write when its response is lost. The repetition then fails.
  const isTaken = changed ?? (await pollingSession(session, now, { consistent: true }))?.taken === after;
  return isTaken ? waiting : [];
}

/** Notes that the client of a closed session has fetched the last packets. */
export async function takeLastPackets({ connectionId }: Session): Promise<void> {
  await dynamo.update({
    TableName: table,
    Key: pollingKey(connectionId),
    UpdateExpression: 'SET waiting = :none',
    ExpressionAttributeValues: { ':none': [] },
  });
}

/** Extends a session before it expires. */
export async function keepSession(session: PollingSession, now: number): Promise<void> {
  if (session.expires - seconds(now) > SESSION_S / 2) return;
  const polled = { set: 'polled = :now', condition: 'attribute_exists(waiting)', values: { ':now': now } };
  await changeSession(session, now, { ...polled, expires: seconds(now) + SESSION_S });
}

/** When a client last asked for packets, epoch ms. */
export async function lastPolledAt(connectionId: string, now: number): Promise<number | 'gone'> {
  const { Item } = await dynamo.get({ TableName: table, Key: pollingKey(connectionId), ConsistentRead: true });
  const { data: session } = Polled.safeParse(Item);
  return session && session.closed === undefined && session[EXPIRES] > seconds(now) ? session.polled : 'gone';
}

const Polled = z.object({ [EXPIRES]: z.number(), closed: z.optional(z.number()), polled: z.number() });

/** Ends the session of a client that does not upgrade. A session that is not open is not an error. */
export async function closeExchange(connectionId: string, now: number): Promise<void> {
  await unlessRefused(
    dynamo.update({
      TableName: table,
      Key: pollingKey(connectionId),
      UpdateExpression: 'SET closed = :now',
      ConditionExpression: 'attribute_exists(waiting) AND attribute_not_exists(closed)',
      ExpressionAttributeValues: { ':now': now },
    }),
  );
}

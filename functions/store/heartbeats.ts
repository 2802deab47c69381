import * as z from 'zod/mini';
import type { Eio } from '../protocol/index.ts';
import { ENV, HEARTBEAT_INDEX, HEARTBEAT_SHARDS, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ROUNDS, type Round } from '../shared/heartbeat-times.ts';
import { Principal } from '../shared/principal.ts';
import { collect, conditionFailed, dynamo, query } from './dynamo.ts';
import type { Slice } from './heartbeat-slice.ts';
import { connectionIdOf, connectionKey } from './keys.ts';

const table = requireEnv(ENV.connectionsTable);

const shardKey = (round: Round, shard: number) => `${round}#${shard}`;

/**
 * The index attributes of a connection: the phase within the interval at which its heartbeat is due. The phase never
 * changes, so a heartbeat causes no index write.
 */
export function heartbeatEntry(eio: Eio, now: number) {
  const round = eio === 4 ? 'ping' : 'check';
  const due = now % ROUNDS[round];
  return { [HEARTBEAT_INDEX.shard]: shardKey(round, due % HEARTBEAT_SHARDS), [HEARTBEAT_INDEX.due]: due };
}

/** Whether the server pings the client of a connection with that shard. Other clients ping by themselves. */
export const isPinged = (shard: string | undefined) => shard?.startsWith('ping#') ?? false;

const Due = z.object({ [PARTITION_KEY]: z.string(), [HEARTBEAT_INDEX.due]: z.number() });

/**
 * The first connections of a slice, and the rest of the slice if there are more. Connections of the same millisecond
 * stay together. The result may therefore be empty when very many are due at once.
 */
export async function dueIn(slice: Slice, limit: number): Promise<{ connectionIds: string[]; rest?: Slice }> {
  const { round, shard, from, to } = slice;
  const divisible = to - from > 1;
  const items = query(
    {
      TableName: table,
      IndexName: HEARTBEAT_INDEX.name,
      KeyConditionExpression: '#shard = :shard AND #due BETWEEN :from AND :last',
      ExpressionAttributeNames: { '#shard': HEARTBEAT_INDEX.shard, '#due': HEARTBEAT_INDEX.due },
      ExpressionAttributeValues: { ':shard': shardKey(round, shard), ':from': from, ':last': to - 1 },
    },
    divisible ? limit + 1 : undefined,
  );
  const found = (await collect(items)).map((item) => Due.parse(item));
  const next = divisible ? found[limit]?.due : undefined;
  const taken = next === undefined ? found : found.filter(({ due }) => due < next);
  return {
    connectionIds: taken.map(({ pk }) => connectionIdOf(pk)),
    ...(next !== undefined && { rest: { ...slice, from: next } }),
  };
}

const Clock = z.object({ last: z.optional(z.number()) });

/**
 * Records the minute (epoch ms) up to which heartbeats are handled.
 * @returns the previous minute; undefined if there was none, or if another run recorded the same or a later minute
 */
export async function advanceTo(minute: number): Promise<number | undefined> {
  try {
    const { Attributes } = await dynamo.update({
      TableName: table,
      Key: { [PARTITION_KEY]: 'heartbeat' },
      UpdateExpression: 'SET #last = :minute',
      ConditionExpression: 'attribute_not_exists(#last) OR #last < :minute',
      ExpressionAttributeNames: { '#last': 'last' },
      ExpressionAttributeValues: { ':minute': minute },
      ReturnValues: 'UPDATED_OLD',
    });
    return Clock.parse(Attributes ?? {}).last;
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    return undefined;
  }
}

/** The minutes of the last ping and of the last answered ping. */
const Pulse = z.object({ pinged: z.optional(z.number()), answered: z.optional(z.number()) });

/**
 * Claims the ping of a connection for this run.
 * @param now the minute of the schedule, epoch ms
 * @returns `claimed` if this run must ping; `unanswered` if the previous ping has no answer; `taken` if another run
 * pinged in this minute or the connection closed
 */
export async function claimPing(connectionId: string, now: number): Promise<'claimed' | 'taken' | 'unanswered'> {
  try {
    const { Attributes } = await dynamo.update({
      TableName: table,
      Key: connectionKey(connectionId),
      UpdateExpression: 'SET pinged = :now',
      ConditionExpression:
        'attribute_exists(#pk) AND attribute_not_exists(closed) AND (attribute_not_exists(pinged) OR pinged < :now)',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY },
      ExpressionAttributeValues: { ':now': now },
      ReturnValues: 'ALL_OLD',
    });
    const { pinged, answered } = Pulse.parse(Attributes);
    return pinged === answered ? 'claimed' : 'unanswered';
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    return 'taken';
  }
}

/**
 * Records the answer to the last ping. Ignores an answer without a ping.
 * @returns the principal of the connection, if it was pinged
 */
export async function answerPing(connectionId: string): Promise<Principal | undefined> {
  try {
    const { Attributes } = await dynamo.update({
      TableName: table,
      Key: connectionKey(connectionId),
      UpdateExpression: 'SET answered = pinged',
      ConditionExpression: 'attribute_exists(pinged)',
      // Costs nothing, unlike a read.
      ReturnValues: 'ALL_NEW',
    });
    return Principal.safeParse(Attributes).data;
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    return undefined;
  }
}

import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Presence } from '../chat/recovery-rules.ts';
import { ENV, EXPIRES, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Principal, User } from '../shared/principal.ts';
import { devicesKey, expiryAt } from './connections.ts';
import { dynamo, type Lookup, unlessRefused } from './dynamo.ts';
import { subjectKey } from './keys.ts';

const table = requireEnv(ENV.connectionsTable);

const Forfeited = z.object({ forfeited: z._default(z.number(), 0) });

/**
 * Notes that something was sent to a user by some moment (epoch ms) that cannot be sent again: clients of his that have
 * seen nothing since do not recover. Costs one write unit; who has not been here for hours needs no note.
 */
export async function forfeit(user: Principal, until: number): Promise<void> {
  await unlessRefused(
    dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: devicesKey(user),
        UpdateExpression: 'SET forfeited = :until, #expires = :expires',
        ConditionExpression: 'attribute_exists(#pk) AND (attribute_not_exists(forfeited) OR forfeited < :until)',
        ExpressionAttributeNames: { '#expires': EXPIRES, '#pk': PARTITION_KEY },
        ExpressionAttributeValues: { ':until': until, ':expires': expiryAt(until) },
      }),
    ),
  );
}

/** Until when a user's clients forfeit their recovery, epoch ms; 0 when they never did. */
export async function forfeitedBy(user: User): Promise<number> {
  const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: devicesKey(user), ConsistentRead: true }));
  return Forfeited.parse(Item ?? {}).forfeited;
}

/** How long something may take that is sent to everybody, retries included: as long as its event lives, and then runs. */
const EVERYBODY_MS = 15 * 60_000;

const everybodyKey = (app: string) => ({ [PARTITION_KEY]: `${app}#forfeited` });

/** Notes that something is being sent to so many of an application that none of them recovers for a while. */
export async function forfeitAll(app: string, now: number): Promise<void> {
  const until = now + EVERYBODY_MS;
  await unlessRefused(
    dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: everybodyKey(app),
        UpdateExpression: 'SET forfeited = :until, #expires = :expires',
        ConditionExpression: 'attribute_not_exists(forfeited) OR forfeited < :until',
        ExpressionAttributeNames: { '#expires': EXPIRES },
        ExpressionAttributeValues: { ':until': until, ':expires': expiryAt(until) },
      }),
    ),
  );
}

/** Until when all clients of an application forfeit their recovery, epoch ms. */
export function forfeitedByAll(app: string): Lookup<number> {
  return { table, key: everybodyKey(app), parse: (item) => Forfeited.parse(item ?? {}).forfeited };
}

/** For more users than these, one note for all of the application is cheaper. */
export const MOST_NOTES = 100;

/** Notes the same for several users of an application. */
export async function forfeitEach(app: string, userIds: readonly string[], now: number): Promise<void> {
  if (userIds.length > MOST_NOTES) return forfeitAll(app, now);
  await Promise.all(userIds.map((id) => forfeit({ app, kind: 'user', id }, now)));
}

const PresenceItem = z.object({ since: z.optional(z.number()), gone: z.optional(z.number()) });

/** When a user was last announced as online, and as gone, as far as that is not hours ago. */
export function presenceOf(user: User): Lookup<Presence> {
  return { table, key: devicesKey(user), parse: (item) => PresenceItem.parse(item ?? {}) };
}

const Attempt = z.object({ at: z.optional(z.number()), connection: z.optional(z.string()) });

/** That a session was to be recovered: when (epoch ms), and on which connection it has been since. */
export interface Attempt {
  readonly at: number;
  readonly connectionId: string;
}

/**
 * Notes an attempt to recover a session. Whatever comes of it, no later one can build on what the client had seen
 * before: this one may have sent it things that it keeps without having shown them.
 * @returns the attempt before
 */
export async function noteAttempt(
  user: User,
  session: string,
  { at, connectionId }: Attempt,
): Promise<Attempt | undefined> {
  const { Attributes } = await dynamo.send(
    new UpdateCommand({
      TableName: table,
      Key: { [PARTITION_KEY]: `${subjectKey(user)}#session#${session}` },
      UpdateExpression: 'SET #at = :at, #connection = :connection, #expires = :expires',
      ExpressionAttributeNames: { '#at': 'at', '#connection': 'connection', '#expires': EXPIRES },
      ExpressionAttributeValues: { ':at': at, ':connection': connectionId, ':expires': expiryAt(at) },
      ReturnValues: 'ALL_OLD',
    }),
  );
  const before = Attempt.parse(Attributes ?? {});
  return before.at === undefined || before.connection === undefined
    ? undefined
    : { at: before.at, connectionId: before.connection };
}

import * as z from 'zod/mini';
import { ADMIN_DAYS, ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { dynamo } from './dynamo.ts';

const table = requireEnv(ENV.adminTable);

/** What happens to the messages of a deleted user in groups. */
export const MESSAGES = ['anonymise', 'delete'] as const;

/** The steps of a deletion, in order. */
export const STEPS = ['access', 'messages', 'rooms', 'relations', 'conversations', 'communities', 'profile'] as const;
export type Step = (typeof STEPS)[number];

const Stored = z.object({
  messages: z.enum(MESSAGES),
  /** The step in progress. Undefined when all are done. */
  step: z.optional(z.enum(STEPS)),
  /** Where the step continues. */
  cursor: z.optional(z.record(z.string(), z.unknown())),
  started: z.number(),
  updated: z.number(),
  finished: z.optional(z.number()),
  /** How many were deleted, or left. */
  counts: z.object({ messages: z.number(), conversations: z.number(), groups: z.number(), rooms: z.number() }),
});

/** The state of a deletion. Times are epoch ms. */
export type UserDeletion = z.output<typeof Stored>;

const key = (app: string, user: string) => ({ [PARTITION_KEY]: `${app}#deletions`, [SORT_KEY]: user });

/** The state of the deletion of a user. Undefined when it never started. */
export async function findDeletion(app: string, user: string): Promise<UserDeletion | undefined> {
  const { Item } = await dynamo.get({ TableName: table, Key: key(app, user), ConsistentRead: true });
  return Item && Stored.parse(Item);
}

export async function saveDeletion(app: string, user: string, deletion: UserDeletion): Promise<void> {
  const expires = Math.ceil(deletion.updated / 1000) + ADMIN_DAYS * 24 * 60 * 60;
  await dynamo.put({ TableName: table, Item: { ...key(app, user), ...deletion, [EXPIRES]: expires } });
}

/** A deletion that has not begun. @param now epoch ms */
export function newDeletion(messages: UserDeletion['messages'], now: number): UserDeletion {
  const counts = { messages: 0, conversations: 0, groups: 0, rooms: 0 };
  return { messages, step: 'access', started: now, updated: now, counts };
}

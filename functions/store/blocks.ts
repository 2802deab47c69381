import * as z from 'zod/mini';
import { ENV, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import type { ConversationKind } from './conversations.ts';
import { collect, countItems, type Item, type Lookup, lookup, query } from './dynamo.ts';
import { friendshipKey, marksOf } from './friendships.ts';
import { headKey, subjectKey } from './keys.ts';
import { commit, type Write } from './transact.ts';

/*
 * A block is an item in the partition of the user who blocks, and one in the partition of the other user, which finds it
 * when that user is deleted. If the two are friends, both items of the friendship carry
 * marks: `blocked` in the list of the user who blocks, `blockedBy` in the other list. So a message to a friend needs no
 * further read. Block and marks change in one transaction. A friendship that begins meanwhile gets its marks from
 * `settleBlocks`, because both sides write first and then read.
 */

const table = requireEnv(ENV.coreTable);

/** Maximum users whom a user blocks. */
export const MAX_BLOCKS = 1000;

const PREFIX = 'block#';
const BY = 'blocked-by#';

const Block = z.object({ ts: z.number() });

const blockKey = (owner: Principal, other: string) => ({
  [PARTITION_KEY]: subjectKey(owner),
  [SORT_KEY]: PREFIX + other,
});

const byKey = (owner: Principal, other: string) => ({
  [PARTITION_KEY]: subjectKey(withId(owner, other)),
  [SORT_KEY]: BY + owner.id,
});

/** Whether a user blocks another user. */
export function block(owner: Principal, other: string): Lookup<boolean> {
  return { table, key: blockKey(owner, other), parse: (item) => item !== undefined };
}

/** The marks of a friendship. Undefined when the two are not friends. */
function marks(user: Principal, friend: string): Lookup<ReturnType<typeof marksOf> | undefined> {
  return { table, key: friendshipKey(user, friend), parse: (item) => item && marksOf(item) };
}

/**
 * Whether a user blocks the other participant of a conversation (`own`), and the reverse (`theirs`). For friends, the
 * item that shows their friendship tells it. Visitors block nobody, and nobody blocks them: then the profile of the other
 * is read, as callers do anyway.
 */
export function blocksBetween(
  user: Principal,
  other: Principal,
  kind: ConversationKind,
): { readonly own: Lookup<boolean>; readonly theirs: Lookup<boolean> } {
  if (kind === 'stranger') return { own: block(user, other.id), theirs: block(other, user.id) };
  const key = kind === 'friend' ? friendshipKey(user, other.id) : headKey(other);
  const marked = (name: keyof ReturnType<typeof marksOf>) => ({
    table,
    key,
    parse: (item: Item | undefined) => kind === 'friend' && item !== undefined && marksOf(item)[name],
  });
  return { own: marked('blocked'), theirs: marked('blockedBy') };
}

/** One user whom another blocks, and since when, epoch ms. */
export interface BlockEntry {
  readonly id: string;
  readonly ts: number;
}

const allOf = (user: Principal, prefix: string) => ({
  TableName: table,
  KeyConditionExpression: '#pk = :pk AND begins_with(#sk, :prefix)',
  ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
  ExpressionAttributeValues: { ':pk': subjectKey(user), ':prefix': prefix },
});

/** The users whom a user blocks. */
export async function blocksOf(owner: Principal): Promise<BlockEntry[]> {
  return (await collect(query(allOf(owner, PREFIX)))).map((item) => ({
    id: String(item[SORT_KEY]).slice(PREFIX.length),
    ...Block.parse(item),
  }));
}

const withId = (user: Principal, id: string): Principal => ({ ...user, id });

/** The writes that set or remove the marks of a friendship. */
function markWrites(owner: Principal, other: string, blocked: boolean): Write[] {
  const write = (user: Principal, friend: string, name: string): Write => ({
    Update: {
      TableName: table,
      Key: friendshipKey(user, friend),
      UpdateExpression: blocked ? 'SET #mark = :true' : 'REMOVE #mark',
      ConditionExpression: 'attribute_exists(#pk)',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#mark': name },
      ...(blocked && { ExpressionAttributeValues: { ':true': true } }),
    },
  });
  return [write(owner, other, 'blocked'), write(withId(owner, other), owner.id, 'blockedBy')];
}

/** What a change of a block came to. */
export interface BlockChange {
  readonly changed: boolean;
  /** Whether the two are friends. */
  readonly friends: boolean;
}

const busy = (owner: Principal) => `Too many requests change the blocks of ${owner.id}`;

async function read(owner: Principal, other: string) {
  const [blocked, friendship] = await lookup([block(owner, other), marks(owner, other)], { consistent: true });
  return { blocked, friendship };
}

/**
 * Lets a user block another user. Safe to repeat.
 * @throws ChatError 5008 when the user blocks too many
 */
export async function addBlock(owner: Principal, other: string, now: number): Promise<BlockChange> {
  const { changed } = await commit(async () => {
    const { blocked, friendship } = await read(owner, other);
    if (blocked) return { transactions: [], result: { changed: false } };
    if ((await countItems(allOf(owner, PREFIX))) >= MAX_BLOCKS) {
      throw new ChatError(
        ERROR.memberLimit,
        `${owner.id} blocks too many users; at most ${MAX_BLOCKS} are allowed: end a block first`,
      );
    }
    const put: Write = {
      Put: {
        TableName: table,
        Item: { ...blockKey(owner, other), ts: now },
        ConditionExpression: 'attribute_not_exists(#pk)',
        ExpressionAttributeNames: { '#pk': PARTITION_KEY },
      },
    };
    const by: Write = { Put: { TableName: table, Item: { ...byKey(owner, other), ts: now } } };
    return {
      transactions: [[put, by, ...(friendship ? markWrites(owner, other, true) : [])]],
      result: { changed: true },
    };
  }, busy(owner));
  return { changed, friends: await settle(owner, other) };
}

/** Ends a block. Safe to repeat. */
export async function removeBlock(owner: Principal, other: string): Promise<BlockChange> {
  return commit(async () => {
    const { blocked, friendship } = await read(owner, other);
    const result = { changed: blocked, friends: friendship !== undefined };
    if (!blocked) return { transactions: [], result };
    const remove: Write = {
      Delete: {
        TableName: table,
        Key: blockKey(owner, other),
        ConditionExpression: 'attribute_exists(#pk)',
        ExpressionAttributeNames: { '#pk': PARTITION_KEY },
      },
    };
    const removeBy: Write = { Delete: { TableName: table, Key: byKey(owner, other) } };
    return { transactions: [[remove, removeBy, ...(friendship ? markWrites(owner, other, false) : [])]], result };
  }, busy(owner));
}

/** Ends all blocks of a user, and all blocks of them by others. Safe to repeat. */
export async function removeBlocksOf(user: Principal): Promise<void> {
  for (const { id } of await blocksOf(user)) await removeBlock(user, id);
  for await (const item of query(allOf(user, BY))) {
    await removeBlock(withId(user, String(item[SORT_KEY]).slice(BY.length)), user.id);
  }
}

/** Marks the friendship of a block that does not have its marks yet. @returns whether the two are friends */
async function settle(owner: Principal, other: string): Promise<boolean> {
  return commit(async () => {
    const { blocked, friendship } = await read(owner, other);
    const result = friendship !== undefined;
    if (!blocked || !friendship || friendship.blocked) return { transactions: [], result };
    // This write changes nothing. Its condition excludes that the block ends at the same time.
    const stays: Write = {
      Update: {
        TableName: table,
        Key: blockKey(owner, other),
        UpdateExpression: 'SET settled = :true',
        ConditionExpression: 'attribute_exists(#pk)',
        ExpressionAttributeNames: { '#pk': PARTITION_KEY },
        ExpressionAttributeValues: { ':true': true },
      },
    };
    return { transactions: [[stays, ...markWrites(owner, other, true)]], result };
  }, busy(owner));
}

/** Marks a new friendship, if one of the two blocks the other. Takes one read if there is no block. */
export async function settleBlocks(user: Principal, friend: string): Promise<void> {
  const other = withId(user, friend);
  const [own, theirs] = await lookup([block(user, friend), block(other, user.id)], { consistent: true });
  if (own) await settle(user, friend);
  if (theirs) await settle(other, user.id);
}

import { timeOf } from '../shared/message-id.ts';
import { type Conversation, retentionMs } from './conversations.ts';
import { lookup } from './dynamo.ts';
import { foundHead, type Head, headOf } from './heads.ts';
import { history, messageWithId } from './messages.ts';
import type { Message } from './stored-message.ts';

/** Maximum conversations without a head whose histories one request reads. With more, it reads none of them. */
const MAX_UNKNOWN = 100;

/** A conversation, and whether it can have messages of a version without heads. */
export interface Listed {
  readonly conversation: Conversation;
  readonly mayPredateHeads: boolean;
}

/** A head whose latest message is known and not expired. */
export type KnownHead = Head & { readonly last: string };

/**
 * The heads of the conversations that have messages. Costs one batch read per hundred. A history of an earlier version is
 * read once, and gets a head.
 * @param now epoch ms
 */
export async function headsOf(listed: readonly Listed[], now: number): Promise<(KnownHead | undefined)[]> {
  const heads = await lookup(listed.map(({ conversation }) => headOf(conversation)));
  const isUnknown = listed.map(({ mayPredateHeads }, n) => {
    const head = heads[n];
    return head ? head.last === undefined : mayPredateHeads;
  });
  const readUnknown = isUnknown.filter(Boolean).length <= MAX_UNKNOWN;
  return Promise.all(
    listed.map(async ({ conversation }, n) => {
      const head = isUnknown[n] && readUnknown ? await restored(conversation, heads[n], now) : heads[n];
      if (!head?.last || timeOf(head.last) <= now - retentionMs(conversation.kind)) return undefined;
      return { ...head, last: head.last };
    }),
  );
}

/** Reads the latest message of a conversation whose head does not contain it, and stores it there. */
async function restored(conversation: Conversation, head: Head | undefined, now: number): Promise<Head> {
  const [message] = await history(conversation, { limit: 1 }, now);
  await foundHead(conversation, message, now);
  return { start: now, count: now, by: () => 0, mentions: () => false, ...head, last: message?.id, message };
}

/** The latest message of each conversation that has one, from its head. */
export async function latestMessages(listed: readonly Listed[], now: number): Promise<(Message | undefined)[]> {
  return messagesOfHeads(listed, await headsOf(listed, now), now);
}

/** The latest messages. Those that are too large for their heads take one batch read per hundred. */
export async function messagesOfHeads(
  listed: readonly Pick<Listed, 'conversation'>[],
  heads: readonly (KnownHead | undefined)[],
  now: number,
): Promise<(Message | undefined)[]> {
  const large = listed.flatMap(({ conversation }, n) => {
    const head = heads[n];
    return head && !head.message ? [{ n, read: messageWithId(conversation, head.last, now) }] : [];
  });
  const found = await lookup(large.map(({ read }) => read));
  const messages = heads.map((head) => head?.message);
  for (const [position, { n }] of large.entries()) messages[n] = found[position];
  return messages;
}

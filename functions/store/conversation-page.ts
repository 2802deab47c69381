import pMap from 'p-map';
import { timeOf } from '../shared/message-id.ts';
import type { Principal } from '../shared/principal.ts';
import type { ConversationSettings } from './conversation-settings.ts';
import {
  contactConversations,
  conversationsWithSettings,
  listedConversations,
  type OwnConversation,
  ownConversation,
  peerOf,
} from './conversations-of.ts';
import { lookup } from './dynamo.ts';
import { headsOf, type KnownHead, messagesOfHeads } from './latest-messages.ts';
import { mayHaveExpired, type Position, positionOf, unreadIn } from './positions.ts';
import type { Message } from './stored-message.ts';
import { countUnread, type Unread } from './unread.ts';

/** Number of histories that are counted concurrently. */
const AT_ONCE = 25;

/** Maximum conversations with strangers, and with visitors, in a total. */
const MAX_CONTACTS = 1000;

/** A conversation with messages, from the viewpoint of a user. */
export interface ConversationEntry {
  readonly of: OwnConversation;
  readonly last: Message | undefined;
  readonly unread: number;
  /** Whether an unread message mentions the user. */
  readonly mentioned: boolean;
  readonly settings: ConversationSettings;
  /** The last message that the other participant has read. */
  readonly receipt: string | undefined;
}

interface Headed {
  readonly of: OwnConversation;
  readonly head: KnownHead;
}

/** Those of the conversations that have messages, newest first. */
async function headed(conversations: readonly OwnConversation[], now: number): Promise<Headed[]> {
  const heads = await headsOf(conversations, now);
  return conversations
    .flatMap((of, n) => {
      const head = heads[n];
      return head ? [{ of, head }] : [];
    })
    .sort((a, b) => (a.head.last < b.head.last ? 1 : -1));
}

/**
 * A page of the conversations of a user, newest first; the first page also has all pinned ones. Takes four queries, one
 * batch read per hundred friends and groups, and one or two for the page. Receipts take another one.
 * @param before only conversations whose last message is before this id
 * @param receipts whether to read how far the other participants have read. @default false
 * @returns the page, and the `before` of the next one if there is one
 */
export async function conversationPage(
  user: Principal,
  { before, limit, receipts = false }: { before?: string | undefined; limit: number; receipts?: boolean },
  now: number,
): Promise<{ entries: ConversationEntry[]; cursor: string | undefined }> {
  const until = before === undefined ? {} : { until: timeOf(before) };
  const [{ listed, settings }, contacts] = await Promise.all([
    conversationsWithSettings(user),
    contactConversations(user, { ...until, limit: limit + 1 }, now),
  ]);
  // The list of contacts ends somewhere. Friends and groups are complete, also those who are none any more.
  const pinned = settings.pinned.filter(
    ({ kind, peer }) =>
      (kind === 'stranger' || kind === 'visitor') &&
      !contacts.some((contact) => contact.kind === kind && contact.peer === peer),
  );
  const others = before === undefined ? pinned.map(({ kind, peer }) => ownConversation(user, kind, peer, false)) : [];
  const all = await headed([...listed, ...contacts, ...others], now);
  const found = before === undefined ? all : all.filter(({ head }) => head.last < before);
  const page = found.slice(0, limit);
  const cursor = page.at(-1)?.head.last;
  const more = page.length > 0 && (found.length > limit || contacts.length > limit);
  // The first page also has the pinned conversations of later pages.
  if (before === undefined) page.push(...found.slice(limit).filter(({ of }) => settings.of(of).pinned));
  const receiving = receipts ? page.flatMap((one) => positionOfPeer(user, one) ?? []) : [];
  const [positions, theirs, messages] = await Promise.all([
    lookup(page.map(({ of }) => positionOf(of.conversation, user))),
    lookup(receiving.map(({ read }) => read)),
    messagesOfHeads(
      page.map(({ of }) => of),
      page.map(({ head }) => head),
      now,
    ),
  ]);
  const unread = await unreadCounts(user, page, positions, now);
  const receiptOf = new Map(receiving.map(({ of }, n) => [of, theirs[n]?.receipt]));
  const entries = page.flatMap(({ of, head }, n) => {
    const isVisible = (positions[n]?.from ?? 0) <= timeOf(head.last);
    if (!isVisible) return [];
    return [{ of, last: messages[n], ...(unread[n] ?? NONE), receipt: receiptOf.get(of), settings: settings.of(of) }];
  });
  return { entries, cursor: more ? cursor : undefined };
}

const NONE: Unread = { unread: 0, mentioned: false };

/** The read position of the other participant, if the user has written something that they can read. */
function positionOfPeer(user: Principal, { of, head }: Headed) {
  const peer = peerOf(user, of.kind, of.peer);
  if (!peer || head.by(user.id) === 0) return undefined;
  return { of, read: positionOf(of.conversation, peer) };
}

/** The unread messages of each conversation. Where messages can have expired, or were recalled, the history has them. */
function unreadCounts(
  user: Principal,
  conversations: readonly Headed[],
  positions: readonly (Position | undefined)[],
  now: number,
): Promise<Unread[]> {
  return pMap(
    conversations.map((conversation, n) => ({ ...conversation, position: positions[n] })),
    async ({ of: { conversation }, head, position }) => {
      const unread = unreadIn(head, position, user.id);
      if (unread === 0) return NONE;
      const { upTo = '' } = position ?? {};
      const mentioned = head.mentions(user.id, upTo === '' ? 0 : timeOf(upTo));
      const wasRecalled = (head.recalled ?? '') > upTo;
      if (mentioned !== undefined && !wasRecalled && !mayHaveExpired(conversation, head, position, now))
        return { unread, mentioned };
      return countUnread(conversation, user.id, upTo, now);
    },
    { concurrency: AT_ONCE },
  );
}

/**
 * The number of unread messages of a user in all conversations with friends and in groups, and in the latest thousand
 * with strangers and visitors. Takes four queries, and two batch reads per hundred conversations.
 */
export async function unreadTotal(user: Principal, now: number): Promise<number> {
  const [listed, contacts] = await Promise.all([
    listedConversations(user),
    contactConversations(user, { limit: MAX_CONTACTS }, now),
  ]);
  const found = await headed([...listed, ...contacts], now);
  const positions = await lookup(found.map(({ of }) => positionOf(of.conversation, user)));
  const unread = await unreadCounts(user, found, positions, now);
  return unread.reduce((sum, { unread }) => sum + unread, 0);
}

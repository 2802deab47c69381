import { type ConversationState, type Kind, keyOf, type Message, type State } from './model.ts';
import { bounded, isChanged, merge, remove } from './timeline.ts';

/** Changes of the state, as pure functions. A part that does not change keeps its identity. */

export const EMPTY: State = { status: 'idle', conversations: [], byKey: {}, friends: [], online: {} };

/** Messages that a conversation keeps in memory. `loadEarlier` reads older ones again. */
const KEPT = 2000;

const DEFAULT = { messages: [], complete: false, unread: 0, muted: false, pinned: false, typing: [], receipts: {} };

export const emptyConversation = (kind: Kind, id: string): ConversationState => ({
  key: keyOf(kind, id),
  kind,
  id,
  ...DEFAULT,
});

/** Replaces one conversation by the result of `change`. */
export function changeConversation(
  state: State,
  kind: Kind,
  id: string,
  change: (conversation: ConversationState) => ConversationState,
): State {
  const key = keyOf(kind, id);
  const before = state.byKey[key] ?? emptyConversation(kind, id);
  const after = change(before);
  if (after === before) return state;
  return { ...state, byKey: { ...state.byKey, [key]: after }, conversations: listed(state, before, after) };
}

/** The conversations with messages: first those that are pinned, each part the latest first. */
function listed({ conversations }: State, before: ConversationState, after: ConversationState) {
  if (!before.last && !after.last) return conversations;
  if (before.last === after.last && before.pinned === after.pinned)
    return conversations.map((one) => (one === before ? after : one));
  const others = conversations.filter((one) => one !== before);
  if (!after.last) return others;
  const place = others.findIndex((one) => isLater(after, one));
  return others.toSpliced(place < 0 ? others.length : place, 0, after);
}

/** Compares the times, because unsent messages have no id. */
const isLater = ({ last: a, pinned }: ConversationState, { last: b, pinned: other }: ConversationState) =>
  pinned !== other ? pinned : (a?.ts ?? 0) > (b?.ts ?? 0) || (a?.ts === b?.ts && (a?.id ?? '') > (b?.id ?? ''));

/**
 * Adds messages to their conversation.
 * @param as `live`: messages of others become unread; `history`: they are old
 */
export function addMessages(
  conversation: ConversationState,
  messages: readonly Message[],
  as: 'live' | 'history',
): ConversationState {
  const list = merge(conversation.messages, messages);
  if (list === conversation.messages) return conversation;
  const before = new Set(conversation.messages.map(({ id }) => id));
  const added = list.filter(({ id }) => !before.has(id));
  const news = as === 'live' ? added.filter((message) => isUnread(conversation, message)) : [];
  const kept = as === 'live' ? bounded(list, KEPT) : list;
  return withLast({
    ...conversation,
    messages: kept,
    complete: conversation.complete && kept.length === list.length,
    unread: conversation.unread + news.length,
    ...(news.some(isMention) && { mentioned: true }),
  });
}

/** Changes a message of the conversation, if it is there. */
export function changeMessage(
  conversation: ConversationState,
  id: string,
  change: (message: Message) => Message,
): ConversationState {
  const { messages, last, unread } = conversation;
  const found = messages.find((message) => message.id === id) ?? (last?.id === id ? last : undefined);
  const changed = found && change(found);
  if (!found || !changed || changed === found) return conversation;
  // The server knows whether its own count includes the message.
  const wasUnread = isUnread(conversation, found) && changed.recalled !== undefined;
  return {
    ...conversation,
    messages: messages.map((message) => (message.id === id ? changed : message)),
    ...(last?.id === id && { last: changed }),
    unread: Math.max(0, unread - (wasUnread ? 1 : 0)),
  };
}

/** Puts an own message in the place of its unsent state: at the end, or where its id belongs. */
export function putMessage(conversation: ConversationState, message: Message): ConversationState {
  const messages = remove(conversation.messages, message.key);
  return withLast(addMessages({ ...conversation, messages }, [message], 'live'));
}

const isUnread = ({ read = '', counted = '' }: ConversationState, message: Message) =>
  isUnreadAfter(message, read) && isUnreadAfter(message, counted);

const isUnreadAfter = ({ id = '', mine, recalled }: Message, upTo: string) =>
  !mine && recalled === undefined && id > upTo;

const isMention = ({ isMention }: Message) => isMention === true;

/** Updates `last` after a change of `messages`. */
export function withLast(conversation: ConversationState): ConversationState {
  const { last: old, ...others } = conversation;
  // An unsent message that was sent or discarded is no longer the last one.
  const last = old?.id === undefined ? undefined : old;
  const newest = conversation.messages.at(-1);
  const isOlder = newest?.id !== undefined && last?.id !== undefined && newest.id < last.id;
  const next = newest && !isOlder ? newest : last;
  if (next === old) return conversation;
  return next ? { ...others, last: next } : others;
}

/** Sets the read position of the user. Positions never move backwards. */
export function markRead(conversation: ConversationState, upTo: string): ConversationState {
  if (upTo <= (conversation.read ?? '')) return conversation;
  const { messages, last } = conversation;
  const isNewest = last?.id === undefined || last.id <= upTo;
  const later = messages.filter((message) => isUnreadAfter(message, upTo)).length;
  // Without all messages, only the server knows how many there are after an older position.
  const unread = isNewest ? later : Math.min(conversation.unread, later || conversation.unread);
  const { mentioned, ...others } = conversation;
  return { ...others, read: upTo, unread, ...(unread > 0 && mentioned && { mentioned }) };
}

/** Sets how far another user has read. */
export function markReceipt(conversation: ConversationState, reader: string, upTo: string): ConversationState {
  if (upTo <= (conversation.receipts[reader] ?? '')) return conversation;
  return { ...conversation, receipts: { ...conversation.receipts, [reader]: upTo } };
}

/** What the list of conversations says of one. */
interface Listed extends Pick<ConversationState, 'unread' | 'muted' | 'pinned'> {
  readonly last: Message | undefined;
  readonly mentioned: boolean;
}

/** Takes over what the server gave. Messages that arrived since are added. */
export function refreshed(
  conversation: ConversationState,
  { last, unread, mentioned, muted, pinned }: Listed,
): ConversationState {
  const asOf = last?.id ?? conversation.last?.id ?? '';
  const read = conversation.read ?? '';
  const later = conversation.messages.filter((message) => isUnreadAfter(message, asOf) && isUnreadAfter(message, read));
  const known = asOf !== '' && asOf <= read ? 0 : unread;
  const isMentioned = (known > 0 && mentioned) || later.some(isMention);
  const { mentioned: _, ...others } = conversation;
  const next = {
    ...others,
    unread: known + later.length,
    muted,
    pinned,
    counted: asOf,
    ...(isMentioned && { mentioned: true }),
  };
  const { last: shown } = conversation;
  // An unsent message stays the last one.
  const isNewer = !shown || (shown.id !== undefined && (shown.id < asOf || isChanged(shown, last)));
  return last && isNewer ? { ...next, last } : next;
}

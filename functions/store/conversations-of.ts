import { isUser, type Principal } from '../shared/principal.ts';
import { membershipsOf } from './communities.ts';
import { type ContactEntry, contactsAndChanges, contactsOfVisitor, latestContacts } from './contacts.ts';
import { friendsAndSettings } from './conversation-settings.ts';
import type { Conversation, ConversationKind } from './conversations.ts';
import { type FriendEntry, friendEntries } from './friendships.ts';
import type { Listed } from './latest-messages.ts';

/** A conversation from the viewpoint of one participant. */
export interface OwnConversation extends Listed {
  readonly kind: ConversationKind;
  /** The other participant, or the group. */
  readonly peer: string;
}

/** The conversation of a principal with a peer. */
export function conversationWith(principal: Principal, kind: ConversationKind, peer: string): Conversation {
  const { app, id } = principal;
  if (kind === 'group') return { app, kind, between: [peer] };
  return { app, kind, between: kind === 'visitor' && isUser(principal) ? [peer, id] : [id, peer] };
}

/** The other participant. Undefined in a group. */
export function peerOf(principal: Principal, kind: ConversationKind, id: string): Principal | undefined {
  if (kind === 'group') return undefined;
  return { app: principal.app, kind: kind === 'visitor' && isUser(principal) ? 'visitor' : 'user', id };
}

/** A conversation as a participant sees it. */
export const ownConversation = (
  principal: Principal,
  kind: ConversationKind,
  peer: string,
  mayPredateHeads: boolean,
): OwnConversation => ({ kind, peer, conversation: conversationWith(principal, kind, peer), mayPredateHeads });

/** The conversations of a user with friends and in groups: two queries, also for those without messages. */
export async function listedConversations(
  user: Principal,
  readFriends: () => Promise<readonly FriendEntry[]> = () => friendEntries(user),
): Promise<OwnConversation[]> {
  const [friends, groups] = await Promise.all([readFriends(), membershipsOf(user.app, 'group', user.id)]);
  return [
    ...friends.map(({ id, predatesHeads }) => ownConversation(user, 'friend', id, predatesHeads)),
    ...groups.map((id) => ownConversation(user, 'group', id, true)),
  ];
}

/** The conversations of {@link listedConversations} and the settings of all conversations of the user: two queries. */
export async function conversationsWithSettings(user: Principal) {
  const reading = friendsAndSettings(user);
  const listed = await listedConversations(user, async () => (await reading).friends);
  return { listed, settings: (await reading).settings };
}

/** A conversation that was found by the time of its last message, or of a change of its messages. */
export interface ContactConversation extends OwnConversation {
  /** Epoch ms. */
  readonly ts: number;
  readonly isChange: boolean;
}

/** The latest conversations of a user with strangers and visitors, each kind newest first: two queries. */
export async function contactConversations(
  user: Principal,
  page: { after?: number; until?: number; limit: number },
  now: number,
  read = latestContacts,
): Promise<ContactConversation[]> {
  const of = async (kind: 'stranger' | 'visitor') =>
    (await read(user, kind, page, now)).map((contact) => contacted(user, kind, contact));
  return (await Promise.all([of('stranger'), of('visitor')])).flat();
}

/** As {@link contactConversations}, also those with changes of messages. A conversation can occur twice. */
export const changedConversations = (user: Principal, page: { after: number; limit: number }, now: number) =>
  contactConversations(user, page, now, contactsAndChanges);

const contacted = (
  principal: Principal,
  kind: 'stranger' | 'visitor',
  { id, ts, isChange }: ContactEntry,
): ContactConversation => ({ ...ownConversation(principal, kind, id, kind === 'stranger'), ts, isChange });

/** The conversations of a visitor with users, also those with changes of messages: one query. */
export async function conversationsOfVisitor(visitor: Principal, now: number): Promise<ContactConversation[]> {
  return (await contactsOfVisitor(visitor, now)).map((contact) => contacted(visitor, 'visitor', contact));
}

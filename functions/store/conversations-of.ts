import { isUser, type Principal } from '../shared/principal.ts';
import { membershipsOf } from './communities.ts';
import { type Contact, contactsOfVisitor, latestContacts } from './contacts.ts';
import type { Conversation, ConversationKind } from './conversations.ts';
import { friendEntries } from './friendships.ts';
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

const own = (
  principal: Principal,
  kind: ConversationKind,
  peer: string,
  mayPredateHeads: boolean,
): OwnConversation => ({ kind, peer, conversation: conversationWith(principal, kind, peer), mayPredateHeads });

/** The conversations of a user with friends and in groups: two queries, also for those without messages. */
export async function listedConversations(user: Principal): Promise<OwnConversation[]> {
  const [friends, groups] = await Promise.all([friendEntries(user), membershipsOf(user.app, 'group', user.id)]);
  return [
    ...friends.map(({ id, predatesHeads }) => own(user, 'friend', id, predatesHeads)),
    ...groups.map((id) => own(user, 'group', id, true)),
  ];
}

/** A conversation that was found by the time of its last message, epoch ms. */
export interface ContactConversation extends OwnConversation {
  readonly ts: number;
}

/** The latest conversations of a user with strangers and visitors, each kind newest first: two queries. */
export async function contactConversations(
  user: Principal,
  page: { after?: number; until?: number; limit: number },
  now: number,
): Promise<ContactConversation[]> {
  const of = async (kind: 'stranger' | 'visitor') =>
    (await latestContacts(user, kind, page, now)).map((contact) => contacted(user, kind, contact));
  return (await Promise.all([of('stranger'), of('visitor')])).flat();
}

const contacted = (principal: Principal, kind: 'stranger' | 'visitor', { id, ts }: Contact): ContactConversation => ({
  ...own(principal, kind, id, kind === 'stranger'),
  ts,
});

/** The conversations of a visitor with users: one query. */
export async function conversationsOfVisitor(visitor: Principal, now: number): Promise<ContactConversation[]> {
  return (await contactsOfVisitor(visitor, now)).map((contact) => contacted(visitor, 'visitor', contact));
}

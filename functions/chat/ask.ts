import type { Principal } from '../shared/principal.ts';
import { becomeFriends } from '../store/befriending.ts';
import { lookup } from '../store/dynamo.ts';
import { type Friendship, friendship } from '../store/friendships.ts';
import { closeRequest, openNew, openRequest, type RelationRequest } from '../store/requests.ts';
import { noticeAnswer, noticeRequests } from './change-notices.ts';

/** What came of asking for a friendship. */
export type Asked =
  | { readonly friendship: Friendship; readonly isNew: boolean }
  | { readonly request: RelationRequest };

/**
 * Asks a user for a friendship. If they asked before, both become friends.
 * @throws ChatError 5003 when the other user declined, 5008 when there are too many open requests
 */
export async function askForFriendship(user: Principal, other: string, now: number): Promise<Asked> {
  const { app } = user;
  const reverse = { from: other, to: user.id };
  const [existing, asked] = await lookup([friendship(user, other), openRequest(app, reverse, now)]);
  if (existing) return { friendship: existing, isNew: false };
  if (asked) return acceptFriendship(app, asked, now);
  const { request, isNews } = await openNew(app, { from: user.id, to: other }, now);
  if (isNews) await noticeRequests(app, [request]);
  return { request };
}

/** Makes the friendship of a request. The caller tells both that they are friends. */
export async function acceptFriendship(app: string, request: RelationRequest, now: number) {
  // The request ends last. After an interruption, it can be accepted again.
  const made = await becomeFriends({ app, kind: 'user', id: request.from }, request.to, now);
  if (await closeRequest(app, request, 'accepted', now)) await noticeAnswer(app, request, 'accepted');
  return made;
}

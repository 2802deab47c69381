import type { Principal } from '../shared/principal.ts';
import { communityHead, communityOwner, membership, moderatesGroup } from '../store/communities.ts';
import type { Community } from '../store/community-keys.ts';
import { lookup } from '../store/dynamo.ts';
import { friendship } from '../store/friendships.ts';

/** Access rules for strict mode. */

/** Every user and visitor who is logged in. */
export const everyone = () => true;

/** Every user who is logged in. Visitors are not users. */
export const anyUser = ({ kind }: Principal) => kind === 'user';

/** Only the master key. */
export const masterOnly = () => false;

/** The user in the path. */
export const isSelf = ({ kind, id }: Principal, { params }: { params: { id: string } }) =>
  kind === 'user' && id === params.id;

/** The user in the path, or a friend of theirs. */
export async function isSelfOrFriend(caller: Principal, { params }: { params: { id: string } }): Promise<boolean> {
  return (await selfAndFriends(caller, [params.id])).has(params.id);
}

/** Those of some users who are the caller, or friends of theirs. */
export async function selfAndFriends(caller: Principal, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (caller.kind !== 'user') return new Set();
  const others = ids.filter((id) => id !== caller.id);
  const friendships = await lookup(others.map((id) => friendship(caller, id)));
  const friends = new Set(others.filter((_, n) => friendships[n]));
  return new Set(ids.filter((id) => id === caller.id || friends.has(id)));
}

/** A member of the group or room. */
export async function isMember(caller: Principal, community: Community): Promise<boolean> {
  return (await joined(caller, [community])).has(community.id);
}

/** The ids of those groups or rooms that the caller is a member of. */
export async function joined(caller: Principal, communities: readonly Community[]): Promise<ReadonlySet<string>> {
  if (caller.kind !== 'user') return new Set();
  const member = await lookup(communities.map((community) => membership(community, caller.id)));
  return new Set(communities.filter((_, n) => member[n]).map(({ id }) => id));
}

/**
 * The owner of the group, or an admin unless the request is about the owner or another admin. In rooms, only the master key
 * moderates.
 * @param about the users whom the request is about
 */
export async function mayModerate(
  { kind, id }: Principal,
  community: Community,
  about: readonly string[] = [],
): Promise<boolean> {
  if (kind !== 'user') return false;
  const [head, isMember] = await lookup([communityHead(community), membership(community, id)]);
  if (!head || !moderatesGroup(head, id)) return false;
  return head.owner === id || (isMember && !about.some((user) => moderatesGroup(head, user)));
}

/** The owner of the group. A room has no owner, so only the master key manages it. */
export async function isOwner({ kind, id }: Principal, community: Community): Promise<boolean> {
  return kind === 'user' && (await communityOwner(community)) === id;
}

import type { Principal } from '../shared/principal.ts';
import { communityOwner, membership } from '../store/communities.ts';
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
export async function isSelfOrFriend(caller: Principal, request: { params: { id: string } }): Promise<boolean> {
  if (isSelf(caller, request)) return true;
  if (caller.kind !== 'user') return false;
  const [found] = await lookup([friendship(caller, request.params.id)]);
  return found !== undefined;
}

/** A member of the group or room. */
export async function isMember({ kind, id }: Principal, community: Community): Promise<boolean> {
  if (kind !== 'user') return false;
  const [member] = await lookup([membership(community, id)]);
  return member;
}

/** The owner of the group. A room has no owner, so only the master key manages it. */
export async function isOwner({ kind, id }: Principal, community: Community): Promise<boolean> {
  return kind === 'user' && (await communityOwner(community)) === id;
}

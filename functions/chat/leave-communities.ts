import type { Principal } from '../shared/principal.ts';
import { adminsOf, communityHead, membersByAge, membershipsOf } from '../store/communities.ts';
import { changeMembers } from '../store/community-changes.ts';
import { deleteCommunity } from '../store/community-deletion.ts';
import type { Community } from '../store/community-keys.ts';
import { lookup } from '../store/dynamo.ts';
import { eraseHistory } from '../store/messages.ts';
import { profile } from '../store/profiles.ts';
import { noticeCommunity } from './change-notices.ts';

/** The groups or rooms of a user that are not being deleted. */
async function present(user: Principal, kind: Community['kind']) {
  const communities = (await membershipsOf(user.app, kind, user.id)).map(
    (id): Community => ({ app: user.app, kind, id }),
  );
  const heads = await lookup(communities.map(communityHead), { consistent: true });
  return communities.flatMap((community, n) => (heads[n] ? [{ community, head: heads[n] }] : []));
}

/**
 * Lets a deleted user leave their groups or rooms. A group that they own passes to its first admin, else to the member who
 * joined first. Without other members, it is deleted with its history.
 * @param hasTime whether to continue
 * @returns how many they left, and whether that is all
 */
export async function leaveAll(
  user: Principal,
  kind: Community['kind'],
  hasTime: () => boolean,
): Promise<{ readonly left: number; readonly done: boolean }> {
  const found = await present(user, kind);
  for (const [n, { community, head }] of found.entries()) {
    if (!hasTime()) return { left: n, done: false };
    const owner = head.owner === user.id ? await heirOf(community, user.id, adminsOf(head)) : undefined;
    if (head.owner === user.id && owner === undefined) {
      await eraseHistory({ app: user.app, kind: 'group', between: [community.id] });
      await deleteCommunity(community);
      continue;
    }
    const change = { leave: [user.id], ...(owner !== undefined && { owner }) };
    const changed = await changeMembers(community, change, { limit: Number.MAX_SAFE_INTEGER, now: Date.now() });
    await noticeCommunity(community, { left: changed.left, changed: changed.hasNewOwner });
  }
  return { left: found.length, done: true };
}

/** Who gets a group: a member who is not being deleted, too. */
async function heirOf(group: Community, owner: string, admins: readonly string[]): Promise<string | undefined> {
  const members = await membersByAge(group);
  const candidates = [...new Set([...admins.filter((id) => members.includes(id)), ...members])].filter(
    (id) => id !== owner,
  );
  const profiles = await lookup(candidates.map((id) => profile({ app: group.app, kind: 'user', id })));
  return candidates.find((_, n) => profiles[n]);
}

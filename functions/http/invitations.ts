import { noticeRequests } from '../chat/change-notices.ts';
import { ChatError, ERROR, Forbidden } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import type { App } from '../store/apps.ts';
import { block } from '../store/blocks.ts';
import { communityOwner, membership } from '../store/communities.ts';
import type { Community } from '../store/community-keys.ts';
import { countCreation } from '../store/creations.ts';
import { type Lookup, lookup } from '../store/dynamo.ts';
import { profile } from '../store/profiles.ts';
import { openNew } from '../store/requests.ts';

interface Asked {
  readonly app: App;
  readonly principal: Principal | undefined;
  readonly isMaster: boolean;
  /** Epoch ms. */
  readonly now: number;
}

/** What happens to users whom somebody adds to a group or room. */
export interface Admission {
  /** Those who join at once: the caller, members, and everybody if the application does not ask. */
  readonly join: string[];
  /** Invites the others. @throws ChatError 5003 when one declined before, 5008 when there are too many invitations */
  readonly invite: (community: Community) => Promise<void>;
}

/**
 * Decides who joins a group at once, and who gets an invitation.
 * @param owner the owner of a new group
 * @throws Forbidden 5003 when one of them blocks the caller, ChatError 5004 for an unknown user, TooManyRequests 5008
 */
export async function admission(
  { app, principal, isMaster, now }: Asked,
  users: readonly string[],
  group: { readonly community: Community } | { readonly owner: string },
): Promise<Admission> {
  const community = 'community' in group ? group.community : undefined;
  if (app.friendship !== 'ask' || isMaster || community?.kind === 'room') {
    return { join: [...users], invite: async () => {} };
  }
  const owner = 'owner' in group ? group.owner : await communityOwner(group.community);
  const from = principal?.kind === 'user' ? principal.id : (owner ?? '');
  const members = community ? await lookup(users.map((id) => membership(community, id))) : [];
  const invited = users.filter((id, n) => id !== from && !members[n]);
  await checkInvited(app.id, from, invited);
  await countCreation(app, { app: app.id, kind: 'user', id: from }, 'friendships', invited.length, now);
  return {
    join: users.filter((id) => !invited.includes(id)),
    async invite({ id: gid }) {
      const opened = [];
      try {
        for (const to of invited) opened.push(await openNew(app.id, { from, to, gid }, now));
      } finally {
        const news = opened.filter(({ isNews }) => isNews).map(({ request }) => request);
        await noticeRequests(app.id, news);
      }
    },
  };
}

async function checkInvited(app: string, from: string, users: readonly string[]): Promise<void> {
  const principals = users.map((id): Principal => ({ app, kind: 'user', id }));
  const found = await lookup([
    ...principals.map((user): Lookup<boolean> => ({ ...profile(user), parse: (item) => item !== undefined })),
    ...principals.map((user) => block(user, from)),
  ]);
  for (const [n, id] of users.entries()) {
    if (!found[n]) throw new ChatError(ERROR.notFound, `There is no user ${id}`);
    if (found[users.length + n]) throw new Forbidden(`${id} does not accept invitations from ${from}`);
  }
}

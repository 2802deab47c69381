import type { Principal } from '../shared/principal.ts';
import type { App } from '../store/apps.ts';
import { outsiders } from '../store/communities.ts';
import type { Community } from '../store/community-keys.ts';
import { hideHistory } from '../store/positions.ts';

/** Maximum number of members. */
export const memberLimit = (app: App, kind: Community['kind']) =>
  kind === 'group' ? app.groupMembers : app.roomMembers;

/**
 * Hides the present messages of a group from those of some users who are about to join it, if the application does so.
 * It comes before they join. Otherwise, after a failure in between, a repetition would find members who see everything.
 */
export async function hideFromNew(
  { id: app, historyForNewMembers }: App,
  community: Community,
  users: readonly string[],
  now: number,
): Promise<void> {
  if (historyForNewMembers || community.kind !== 'group') return;
  const joining = (await outsiders(community, users)).map((id): Principal => ({ app, kind: 'user', id }));
  if (joining.length > 0) await hideHistory({ app, kind: 'group', between: [community.id] }, joining, now);
}

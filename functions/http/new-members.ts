import type { Principal } from '../shared/principal.ts';
import type { App } from '../store/apps.ts';
import type { Community } from '../store/community-keys.ts';
import { hideHistory } from '../store/positions.ts';

/** Maximum number of members. */
export const memberLimit = (app: App, kind: Community['kind']) =>
  kind === 'group' ? app.groupMembers : app.roomMembers;

/** Hides earlier messages from new members of a group, if the application does so. */
export async function hideFromNew(
  { id: app, historyForNewMembers }: App,
  { kind, id }: Community,
  joined: readonly string[],
  now: number,
): Promise<void> {
  if (historyForNewMembers || kind !== 'group' || joined.length === 0) return;
  const members = joined.map((user): Principal => ({ app, kind: 'user', id: user }));
  await hideHistory({ app, kind, between: [id] }, members, now);
}

import { ChatError, ERROR, Forbidden } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import { rulesOf } from '../store/app-settings.ts';
import type { App } from '../store/apps.ts';
import { block } from '../store/blocks.ts';
import { membership } from '../store/communities.ts';
import type { Community } from '../store/community-keys.ts';
import { contact } from '../store/contacts.ts';
import { lookup } from '../store/dynamo.ts';
import { friendship } from '../store/friendships.ts';
import { profile } from '../store/profiles.ts';

/** Rules between users. They apply to requests with a session token; the keys of the application have no limits. */

/** A request, and the user or visitor whose token it has. */
interface Asked {
  readonly app: App;
  readonly principal: Principal | undefined;
  readonly isMaster: boolean;
  /** Epoch ms. */
  readonly now: number;
}

/**
 * Checks that a user may become friends with others.
 * @param user the user in the path
 * @returns those with whom they are not friends yet
 * @throws Forbidden 5003 when one blocks the other, or the setting `befriending` does not permit it, ChatError 5004 for an
 *   unknown user in strict mode
 */
export async function checkBefriending(
  { app, principal, isMaster, now }: Asked,
  user: Principal,
  others: readonly string[],
): Promise<string[]> {
  if (isMaster) return [...others];
  const related = await lookup([
    ...others.map((id) => ({ ...friendship(user, id), parse: (item: unknown) => item !== undefined })),
    ...others.flatMap((id) => [block(user, id), block({ ...user, id }, user.id)]),
  ]);
  const strangers = others.filter((_, n) => !related[n]);
  for (const [n, id] of others.entries()) {
    const [own, theirs] = related.slice(others.length + 2 * n);
    if (own) throw new Forbidden(`${user.id} blocks ${id}; end the block first`);
    if (theirs) throw new Forbidden(`${id} does not accept requests from ${user.id}`);
  }
  if (!principal) return strangers;
  const { befriending } = rulesOf(app);
  if (befriending === 'anyone') {
    if (app.mode === 'strict') await checkUsers(app, strangers);
    return strangers;
  }
  const contacts = await lookup(strangers.map((id) => contact(principal, id, now)));
  const refused = strangers.find((_, n) => befriending === 'master' || contacts[n]?.received === undefined);
  if (refused === undefined) return strangers;
  throw new Forbidden(
    befriending === 'master'
      ? 'In this application only the master key makes friendships'
      : `${refused} has not written to ${principal.id}; users become friends with strangers who wrote to them`,
  );
}

async function checkUsers(app: App, ids: readonly string[]): Promise<void> {
  const found = await lookup(ids.map((id) => profile({ app: app.id, kind: 'user', id })));
  const unknown = ids.find((_, n) => !found[n]);
  if (unknown !== undefined) throw new ChatError(ERROR.notFound, `There is no user ${unknown}`);
}

/**
 * Checks that the caller may add users to a group or room. They may always add themselves, and name members.
 * @param community undefined for a new one
 * @throws Forbidden 5003 when the setting `adding` does not permit it
 */
export async function checkAdding(
  { app, principal }: Pick<Asked, 'app' | 'principal'>,
  users: readonly string[],
  community?: Community,
): Promise<void> {
  const { adding } = rulesOf(app);
  if (!principal || adding === 'anyone') return;
  const isUser = principal.kind === 'user';
  const others = users.filter((id) => !(isUser && id === principal.id));
  const [members, friends] = await Promise.all([
    community ? lookup(others.map((id) => membership(community, id))) : [],
    isUser && adding === 'friends' ? lookup(others.map((id) => friendship(principal, id))) : [],
  ]);
  const refused = others.find((_, n) => !members[n] && !friends[n]);
  if (refused === undefined) return;
  throw new Forbidden(
    adding === 'master'
      ? `In this application only the master key adds others to groups and rooms; ${refused} is another user`
      : `${refused} is not a friend of ${principal.id}; users add friends to groups and rooms`,
  );
}

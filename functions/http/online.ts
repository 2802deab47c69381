import { isUser, type Principal } from '../shared/principal.ts';
import { block } from '../store/blocks.ts';
import { connectionsOf } from '../store/devices.ts';
import { lookup } from '../store/dynamo.ts';

/**
 * Those of some users whom a caller sees online: users who block the caller stay invisible. Takes one batch read per
 * hundred users, and another one for those online.
 * @param caller undefined for a key of the application, which shows everybody
 */
export async function onlineFor(
  app: string,
  caller: Principal | undefined,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const userWith = (id: string): Principal => ({ app, kind: 'user', id });
  const connections = await lookup(ids.map((id) => connectionsOf(userWith(id))));
  const online = ids.filter((_, n) => (connections[n]?.length ?? 0) > 0);
  if (!caller || !isUser(caller)) return new Set(online);
  const blocked = await lookup(online.map((id) => block(userWith(id), caller.id)));
  return new Set(online.filter((_, n) => !blocked[n]));
}

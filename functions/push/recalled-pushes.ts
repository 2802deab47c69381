import { randomUUID } from 'node:crypto';
import type { PushJob, RecalledJob } from '../jobs/push.ts';
import type { Principal } from '../shared/principal.ts';
import { membersOf } from '../store/communities.ts';
import { lookup } from '../store/dynamo.ts';
import { installsOf } from '../store/installations.ts';

/** Maximum number of installations per job. */
const MAX_TARGETS = 100;

/** The pushes that replace those of a recalled message. Each installation knows whether the message was pushed to it. */
export async function recalledPushes({ app, recalled, to }: RecalledJob): Promise<PushJob[]> {
  const members = to.kind === 'group' ? await membersOf({ app, kind: to.kind, id: to.id }) : [to.id];
  const users = members.filter((id) => id !== recalled.from?.id).map((id): Principal => ({ app, kind: 'user', id }));
  const installs = await lookup(users.map(installsOf));
  const targets = users.flatMap(({ id }, n) => (installs[n] ?? []).map((install) => ({ user: id, install })));
  return Array.from({ length: Math.ceil(targets.length / MAX_TARGETS) }, (_, n) => ({
    app,
    event: recalled,
    targets: targets.slice(n * MAX_TARGETS, (n + 1) * MAX_TARGETS),
    attempt: randomUUID(),
  }));
}

import { randomUUID } from 'node:crypto';
import { type PushJob, type RecalledJob, targetsOf } from '../jobs/push.ts';
import type { Principal } from '../shared/principal.ts';
import { membersOf } from '../store/communities.ts';
import { lookup } from '../store/dynamo.ts';
import { pushTargetsOf } from '../store/installations.ts';

/** Maximum number of installations per job. */
const MAX_TARGETS = 100;

/** The pushes that replace those of a recalled message. Each installation knows whether the message was pushed to it. */
export async function recalledPushes({ app, recalled, to }: RecalledJob): Promise<PushJob[]> {
  const members = to.kind === 'group' ? await membersOf({ app, kind: to.kind, id: to.id }) : [to.id];
  const users = members.filter((id) => id !== recalled.from?.id).map((id): Principal => ({ app, kind: 'user', id }));
  const found = await lookup(users.map(pushTargetsOf));
  const targets = users.flatMap(({ id }, n) => {
    const { installs = [], hasSettings = false } = found[n] ?? {};
    return targetsOf(id, installs, hasSettings);
  });
  return Array.from({ length: Math.ceil(targets.length / MAX_TARGETS) }, (_, n) => ({
    app,
    event: recalled,
    targets: targets.slice(n * MAX_TARGETS, (n + 1) * MAX_TARGETS),
    attempt: randomUUID(),
  }));
}

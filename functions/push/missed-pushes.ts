import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type MissedJob, type PushJob, targetsOf } from '../jobs/push.ts';
import type { Principal } from '../shared/principal.ts';
import { TYPE } from '../shared/wire.ts';
import { wasReported } from '../store/connections.ts';
import { devicesOf } from '../store/devices.ts';
import { lookup } from '../store/dynamo.ts';
import { pushTargetsOf } from '../store/installations.ts';
import { newsOf } from '../store/news.ts';
import { isReadable } from '../store/stored-message.ts';

/** API Gateway reports the end of a connection within this time (ms), if its client closed it. */
const REPORT_MS = 1000;

/** Maximum messages that are pushed for one connection. */
const MAX_PUSHES = 100;

/** The pushes of the messages that a user received only on a dead connection, oldest first. */
export async function missedPushes({ app, ...job }: MissedJob): Promise<PushJob[]> {
  if (job.unlessReported) await setTimeout(REPORT_MS);
  const user: Principal = { app, kind: 'user', id: job.user };
  const [{ installs, hasSettings }, { connections }, reported] = await lookup([
    pushTargetsOf(user),
    devicesOf(user),
    wasReported(job.connectionId),
  ]);
  if (installs.length === 0 || connections.length > 0 || (job.unlessReported && reported)) return [];
  const { items } = await newsOf(user, job.since, MAX_PUSHES, Date.now());
  const targets = targetsOf(user.id, installs, hasSettings);
  return items
    .flatMap(({ of, message }) => (isReadable(message) ? [{ of, message }] : []))
    .filter(({ message: { speaker, push } }) => speaker !== user.id && push?.enable !== false)
    .map(({ of: { kind, peer }, message: { push, speaker, mentions, cid: _, ...message } }) => ({
      app,
      event: { from: { id: speaker, type: TYPE[kind], ...(kind === 'group' && { gid: peer }) }, ...message },
      push,
      mentions,
      targets,
      attempt: randomUUID(),
    }));
}

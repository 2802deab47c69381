import { connections } from '../chat/audience.ts';
import { deliver, deliverTo } from '../chat/delivery.ts';
import type { Principal } from '../chat/principal.ts';
import { NAMESPACE } from '../chat/wire.ts';
import { CONNECTION_SHARDS, METRIC } from '../constants.ts';
import { count, delivered } from '../observe/metrics.ts';
import { about, observed } from '../observe/observed.ts';
import { eventFrame } from '../protocol/index.ts';
import { pushLater } from '../push/later.ts';
import { membersOf } from '../store/communities.ts';
import { everybody } from '../store/connections.ts';
import { SystemMessage } from './message.ts';

/**
 * Says a system message (`sys`) to all the open connections of its receivers; a user, or the members of a group, who
 * have none get a push. Invoked asynchronously by the REST endpoint.
 */
export const handler = observed(async (event: unknown): Promise<void> => {
  const { app, to, message, push } = SystemMessage.parse(event);
  about({ app, message_id: message.id });
  count(METRIC.systemMessages);
  const frame = eventFrame(NAMESPACE, 'sys', [message]);
  if (to.kind === 'everybody') {
    await Promise.all(Array.from({ length: CONNECTION_SHARDS }, (_, shard) => deliver(everybody(app, shard), frame)));
    return;
  }
  const ids = to.kind === 'user' ? [to.id] : await membersOf({ app, kind: to.kind, id: to.id });
  const receivers = ids.map((id): Principal => ({ app, kind: 'user', id }));
  const recipients = await connections(receivers);
  const missed = await deliverTo(receivers, recipients, frame);
  delivered(message.ts, recipients.length);
  if (to.kind !== 'room') await pushLater(missed, { app, event: message, push });
});

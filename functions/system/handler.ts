import { connections } from '../chat/audience.ts';
import { deliver, deliverTo } from '../chat/delivery.ts';
import type { ChatEvent } from '../chat/event.ts';
import { offsetOf } from '../chat/position.ts';
import type { Principal } from '../chat/principal.ts';
import { CONNECTION_SHARDS } from '../constants.ts';
import { pushLater } from '../push/later.ts';
import { membersOf } from '../store/communities.ts';
import { everybody } from '../store/connections.ts';
import { forfeitAll, forfeitEach } from '../store/recovery.ts';
import { SystemMessage } from './message.ts';

/**
 * Says a system message (`sys`) to all the open connections of its receivers; a user, or the members of a group, who
 * have none get a push. Invoked asynchronously by the REST endpoint.
 */
export async function handler(event: unknown): Promise<void> {
  const { app, to, message, push } = SystemMessage.parse(event);
  const now = Date.now();
  const said: ChatEvent = { name: 'sys', args: [message], offset: offsetOf(now, message.id) };
  if (to.kind === 'everybody') {
    await forfeitAll(app, now);
    await Promise.all(Array.from({ length: CONNECTION_SHARDS }, (_, shard) => deliver(everybody(app, shard), said)));
    return;
  }
  const ids = to.kind === 'user' ? [to.id] : await membersOf({ app, kind: to.kind, id: to.id });
  const receivers = ids.map((id): Principal => ({ app, kind: 'user', id }));
  // Who is in a room does not recover anyway.
  if (to.kind !== 'room') await forfeitEach(app, ids, now);
  const missed = await deliverTo(receivers, await connections(receivers), said);
  if (to.kind !== 'room') await pushLater(missed, { app, event: message, push });
}

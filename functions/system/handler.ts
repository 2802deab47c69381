import { connections } from '../chat/audience.ts';
import { deliver } from '../chat/delivery.ts';
import { NAMESPACE } from '../chat/wire.ts';
import { CONNECTION_SHARDS } from '../constants.ts';
import { eventFrame } from '../protocol/index.ts';
import { membersOf } from '../store/communities.ts';
import { everybody } from '../store/connections.ts';
import { SystemMessage } from './message.ts';

/** Says a system message (`sys`) to all the open connections of its receivers. Invoked asynchronously by the REST endpoint. */
export async function handler(event: unknown): Promise<void> {
  const { app, to, message } = SystemMessage.parse(event);
  const frame = eventFrame(NAMESPACE, 'sys', [message]);
  if (to.kind === 'everybody') {
    await Promise.all(Array.from({ length: CONNECTION_SHARDS }, (_, shard) => deliver(everybody(app, shard), frame)));
    return;
  }
  const ids = to.kind === 'user' ? [to.id] : await membersOf({ app, kind: to.kind, id: to.id });
  await deliver(await connections(ids.map((id) => ({ app, kind: 'user', id }))), frame);
}

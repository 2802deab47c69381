import { enqueueWebhookEvent } from '../jobs/webhook-enqueue.ts';
import type { Principal } from '../shared/principal.ts';
import { TYPE, type Type } from '../shared/wire.ts';
import type { Message } from '../store/stored-message.ts';

/** Enqueues the event of a message in a room. Rooms have no history, so no stream contains it. */
export async function noteRoomMessage(
  { app }: Principal,
  { to }: { readonly to: { readonly type: Type } },
  message: Message,
): Promise<void> {
  if (to.type !== TYPE.room) return;
  const { id, ts, speaker: from, content, remark, cid } = message;
  await enqueueWebhookEvent(app, 'message.sent', { to, id, from, ts, content, remark, cid }, id);
}

import { enqueueWebhookEvent } from '../jobs/webhook-enqueue.ts';
import type { Principal } from '../shared/principal.ts';
import { TYPE, type Type } from '../shared/wire.ts';
import type { Message, Readable } from '../store/stored-message.ts';
import { askBefore } from '../webhooks/before.ts';

/** The part of a message that webhooks decide on. */
interface Draft {
  readonly to: { readonly id: string; readonly type: Type };
  readonly content: Readable['content'];
  readonly remark: string | undefined;
}

/**
 * Lets the webhooks of the application allow, refuse or change a message.
 * @throws Forbidden 5003 when one refuses it
 */
export async function decideOnMessage<T extends Draft>({ app, kind, id }: Principal, draft: T): Promise<T> {
  const { to, content, remark } = draft;
  const asked = { from: { id, visitor: kind === 'visitor' }, to, content, remark };
  const changed = await askBefore(app, 'message', asked);
  return { ...draft, ...changed, remark: changed.remark === undefined ? remark : (changed.remark ?? undefined) };
}

/** Enqueues the event of a message in a room. Rooms have no history, so no stream contains it. */
export async function noteRoomMessage({ app }: Principal, { to }: Draft, message: Message): Promise<void> {
  if (to.type !== TYPE.room) return;
  const { id, ts, speaker: from, content, remark, cid } = message;
  await enqueueWebhookEvent(app, 'message.sent', { to, id, from, ts, content, remark, cid }, id);
}

import { randomBytes } from 'node:crypto';

/** Epoch milliseconds, padded to 14 digits so that they sort as text. The format lasts until the year 5138. */
export const stamp = (ms: number) => String(Math.max(0, Math.trunc(ms))).padStart(14, '0');

/** The format of a message id; see {@link messageId}. */
export const MESSAGE_ID = /^\d{14}-\d{16}-[0-9a-f]{8}$/;

/** The time in a message id, epoch ms. */
export const timeOf = (id: string) => Number(id.split('-')[0]);

/**
 * Creates a message id. Messages sort by arrival. Within one millisecond they sort by the counter of the sender, then
 * at random.
 * @param ts when the gateway received the message, epoch ms
 * @param counter the Socket.IO packet id, else the `ack` number of MaxIM, else 0
 */
export function messageId(ts: number, counter: number): string {
  return `${stamp(ts)}-${String(counter).padStart(16, '0')}-${randomBytes(4).toString('hex')}`;
}

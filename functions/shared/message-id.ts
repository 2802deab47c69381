import { randomBytes } from 'node:crypto';

/** Epoch milliseconds with as many digits as they need until the year 5138, so that they sort as text. */
export const stamp = (ms: number) => String(Math.max(0, Math.trunc(ms))).padStart(14, '0');

/** What the id of a message looks like; see {@link messageId}. */
export const MESSAGE_ID = /^\d{14}-\d{16}-[0-9a-f]{8}$/;

/**
 * The id of a message. Messages sort by arrival; those of the same millisecond by the sender's own
 * counter, then at random.
 * @param ts when the gateway received it, epoch ms
 * @param counter the Socket.IO packet id, else MaxIM's `ack` number, else 0
 */
export function messageId(ts: number, counter: number): string {
  return `${stamp(ts)}-${String(counter).padStart(16, '0')}-${randomBytes(4).toString('hex')}`;
}

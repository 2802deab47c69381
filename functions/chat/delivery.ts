import { post } from '../gateway/connections.ts';
import { unregister } from '../store/connections.ts';
import type { Principal } from './principal.ts';

/** An open connection, and whose it is (found out when it matters, if that is not known). */
export interface Recipient {
  readonly connectionId: string;
  readonly owner?: Principal;
}

/** How many posts are under way at once: as many as the SDK keeps sockets for. */
const AT_ONCE = 50;

/**
 * Posts one frame to every recipient. A connection that is gone is forgotten; whatever happens to one recipient is
 * logged and touches no other.
 * @param sent called for each connection that has the frame
 */
export async function deliver(
  recipients: Iterable<Recipient> | AsyncIterable<Recipient>,
  frame: string,
  sent: (connectionId: string) => Promise<void> = async () => undefined,
): Promise<void> {
  const queue = iterate(recipients);
  const worker = async () => {
    for (;;) {
      const { done, value } = await queue.next();
      if (done) return;
      await deliverOne(value, frame, sent);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** One queue for all workers, whatever the recipients come from. */
async function* iterate<T>(source: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T, undefined> {
  yield* source;
  return undefined;
}

async function deliverOne(
  { owner, connectionId }: Recipient,
  frame: string,
  sent: (connectionId: string) => Promise<void>,
): Promise<void> {
  try {
    if ((await post(connectionId, frame)) === 'gone') await unregister(connectionId, owner);
    else await sent(connectionId);
  } catch (error) {
    console.error('A frame was not delivered', { connectionId, error });
  }
}

import { post } from '../gateway/connections.ts';
import { forfeit } from '../store/recovery.ts';
import { concurrently } from './concurrently.ts';
import { type ChatEvent, frameOf } from './event.ts';
import { forget } from './forget.ts';
import { settle } from './lateness.ts';
import type { Principal } from './principal.ts';

/** An open connection, and whose it is (found out when it matters, if that is not known). */
export interface Recipient {
  readonly connectionId: string;
  readonly owner?: Principal;
  /** Whether its client can recover what it missed. */
  readonly recoverable?: boolean;
}

/** An open connection of somebody known. */
export type Owned = Recipient & { readonly owner: Principal };

/** How many posts are under way at once: as many as the SDK keeps sockets for. */
const AT_ONCE = 50;

/**
 * Posts an event, or a frame as it is, to every recipient. A connection that is gone is forgotten; whatever happens to
 * one recipient is logged and touches no other.
 * @param sent called for each recipient that has it
 */
export function deliver<R extends Recipient>(
  recipients: Iterable<R> | AsyncIterable<R>,
  what: ChatEvent | string,
  sent: (recipient: R) => Promise<void> | void = () => undefined,
): Promise<void> {
  const frameFor = framesOf(what);
  return concurrently(recipients, AT_ONCE, async (recipient) => {
    const { owner, connectionId, recoverable = false } = recipient;
    const recovers = recoverable && owner && typeof what !== 'string';
    try {
      if ((await post(connectionId, frameFor(recoverable))) === 'gone') return await forget(connectionId, owner);
      await sent(recipient);
      if (recovers) await settle(owner, what);
    } catch (error) {
      console.error('A frame was not delivered', { connectionId, error });
      if (recovers) await forfeit(owner, Date.now()).catch(console.error);
    }
  });
}

/** At most two frames, for those whose clients recover and for all others, each made when it is first wanted. */
function framesOf(what: ChatEvent | string): (recoverable: boolean) => string {
  if (typeof what === 'string') return () => what;
  const frames = new Map<boolean, string>();
  return (recoverable) => {
    const frame = frames.get(recoverable) ?? frameOf(what, recoverable);
    frames.set(recoverable, frame);
    return frame;
  };
}

/**
 * Posts an event to every open connection of some principals.
 * @returns those of the principals who have it on none of their devices
 */
export async function deliverTo(
  principals: readonly Principal[],
  recipients: readonly Owned[],
  event: ChatEvent,
): Promise<Principal[]> {
  const reached = new Set<string>();
  await deliver(recipients, event, ({ owner }) => void reached.add(owner.id));
  return principals.filter(({ id }) => !reached.has(id));
}

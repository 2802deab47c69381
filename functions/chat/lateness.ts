import type { ChatEvent } from '../shared/event.ts';
import type { Principal } from '../shared/principal.ts';
import { forfeit } from '../store/recovery.ts';
import { parseOffset } from './position.ts';
import { SLACK_MS } from './recovery-rules.ts';

/** How long a post that was refused is tried again, and how long one that is handed to another invocation may take. */
export const TRIED_MS = 15_000;
export const AGAIN_MS = 15 * 60_000;

/**
 * To be called when an event has been sent to a client that can recover: what took too long may have come to it behind
 * later events, so that its position does not tell any more whether it has it.
 */
export async function settle(owner: Principal, { offset }: ChatEvent, now = Date.now()): Promise<void> {
  const position = parseOffset(offset);
  if (position && now - position.at > SLACK_MS) await forfeit(owner, now);
}

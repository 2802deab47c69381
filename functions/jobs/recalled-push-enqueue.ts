import { invokeAsync } from '../gateway/invoke.ts';
import { logger } from '../observe/logger.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Principal } from '../shared/principal.ts';
import { TYPE } from '../shared/wire.ts';
import type { Conversation } from '../store/conversations.ts';
import { PUSHED_KNOWN_MS } from '../store/installations.ts';
import type { Message } from '../store/stored-message.ts';
import type { RecalledJob } from './push.ts';

const push = requireEnv(ENV.pushUrl);

/**
 * Enqueues the replacement of the pushes of a recalled message. Only the installations know whether it was pushed, for a
 * limited time. It never throws, because the message is recalled.
 */
export async function enqueueRecalledPush(
  actor: Principal,
  { kind, between }: Conversation,
  { id, ts, speaker, recalled }: Message,
  now: number,
): Promise<void> {
  if (now - ts > PUSHED_KNOWN_MS) return;
  const [first = '', second = ''] = between;
  const other = first === speaker ? second : first;
  // Visitors get no pushes.
  if (kind === 'visitor' && speaker !== first) return;
  try {
    await invokeAsync(push, {
      app: actor.app,
      recalled: {
        from: { id: speaker, type: TYPE[kind], ...(kind === 'group' && { gid: first }) },
        id,
        ts,
        recalled,
        content: { media: 0, body: '' },
      },
      to: kind === 'group' ? { kind, id: first } : { kind: 'user', id: other },
    } satisfies RecalledJob);
  } catch (error) {
    logger.error('The push of a recalled message was not replaced', { error });
  }
}

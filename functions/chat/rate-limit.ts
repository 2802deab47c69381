import { ERROR, TooManyRequests } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import { type App, findApp } from '../store/apps.ts';
import { countMessages, type MessageCounts } from '../store/message-counts.ts';

const MINUTE_MS = 60_000;

/**
 * Number of messages per connection that an instance of the function counts with one write. Users type fewer per
 * minute, so ordinary messages cause no extra cost.
 */
const BATCH = 5;

/** A connection is closed when it exceeds its limit by this factor. */
const FLOOD = 3;

/** The state of one connection in one minute, local to this instance. */
interface Pace {
  readonly minute: number;
  seen: number;
  verdict: 'pass' | 'refuse' | 'close';
}

/** Maximum number of tracked connections, enough for those that use one instance in a minute or two. */
const MAX_PACES = 10_000;
const paces = new Map<string, Pace>();

/** The message exceeds the rate limit. */
export class RateLimitExceeded extends TooManyRequests {
  /** Whether the connection must be closed, because it continued after many rejections. */
  readonly flood: boolean;

  constructor(flood: boolean) {
    super(ERROR.memberLimit, 'Too many messages in one minute; try again in the next minute');
    this.flood = flood;
  }
}

/**
 * Rejects a message when its sender or their connection exceeds the limit of this clock minute. Several instances
 * handle the frames of one connection, and each may accept a few messages above the limit.
 * @param now epoch ms
 * @throws RateLimitExceeded
 */
export async function checkRateLimit(
  speaker: Principal & { readonly connectionId: string },
  now: number,
): Promise<void> {
  const pace = paceOf(speaker.connectionId, Math.floor(now / MINUTE_MS));
  pace.seen += 1;
  if (pace.seen % BATCH === 0) {
    const [app, counts] = await Promise.all([findApp(speaker.app), countMessages(speaker, pace.minute, BATCH)]);
    if (app) pace.verdict = judge(app, counts);
  }
  if (pace.verdict !== 'pass') throw new RateLimitExceeded(pace.verdict === 'close');
}

function judge(app: App, { ofUser, ofConnection }: MessageCounts): Pace['verdict'] {
  if (ofConnection > FLOOD * app.messagesPerMinuteOfConnection) return 'close';
  return ofUser > app.messagesPerMinute || ofConnection > app.messagesPerMinuteOfConnection ? 'refuse' : 'pass';
}

function paceOf(connectionId: string, minute: number): Pace {
  const known = paces.get(connectionId);
  if (known?.minute === minute) return known;
  if (paces.size >= MAX_PACES) paces.clear();
  const pace: Pace = { minute, seen: 0, verdict: 'pass' };
  paces.set(connectionId, pace);
  return pace;
}

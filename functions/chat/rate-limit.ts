import { ERROR, TooManyRequests } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import { type App, findApp } from '../store/apps.ts';
import { countMessages, type MessageCounts } from '../store/message-counts.ts';

const MINUTE_MS = 60_000;

/**
 * How many messages of a connection an instance of the function lets pass before it counts them, all at once: people
 * type more slowly than so many in a minute, so that an ordinary message costs nothing more for this.
 */
const BATCH = 5;

/** By how much a connection may exceed its limit, all the while being refused, before it is closed. */
const FLOOD = 3;

/** What one instance knows of a connection in one minute. */
interface Pace {
  readonly minute: number;
  seen: number;
  verdict: 'pass' | 'refuse' | 'close';
}

/** Of as many connections as speak to one instance in a minute or two, and no more. */
const MAX_PACES = 10_000;
const paces = new Map<string, Pace>();

/** A message that is one too many. */
export class RateLimitExceeded extends TooManyRequests {
  /** Whether the connection has been refused so often that it is to be closed. */
  readonly flood: boolean;

  constructor(flood: boolean) {
    super(ERROR.memberLimit, 'These are too many messages in one minute; wait for the next');
    this.flood = flood;
  }
}

/**
 * Lets a message pass, unless its speaker or their connection has said too much in this minute of the clock. Frames of one
 * connection meet several instances of the function, and each of them may let a few more pass than the limits say.
 * @param now epoch ms
 * @throws TooFast
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

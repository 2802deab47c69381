import { close } from '../gateway/clients.ts';
import { ERROR, TooManyRequests } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import { findApp } from '../store/apps.ts';
import { countFrames } from '../store/frame-counts.ts';
import { connectionPartition, subjectKey } from '../store/keys.ts';

const MINUTE_MS = 60_000;

/**
 * Frames of a sender per minute that an instance handles before its first write. That write counts them, too. Users type
 * fewer per minute, so ordinary messages cause no extra cost.
 */
const UNCOUNTED = 4;

/** Maximum number of frames that an instance counts with one write, before it handles them. */
const MAX_BATCH = 5;

/** A batch is at most this share of what is left of the limit, so that counts become exact near the limit. */
const BATCH_SHARE = 1 / 20;

/**
 * The share of the limit that the server accepts. Instances may not use all frames that they counted in advance, and
 * without a tolerance they would reject senders below the limit.
 */
const TOLERANCE = 1.1;

/** A connection is closed when it, or its sender, exceeds the limit by this factor. */
const FLOOD = 3;

/** Frames per minute on a connection without a login. A client needs two to log in. */
const WITHOUT_LOGIN = 60;

/**
 * Frames of these kinds per minute and instance that do not count. A client sends three heartbeats on a connection, and
 * joins `/chat` once per connection. Reconnections have increasing delays.
 */
const FREE = { heartbeat: 5, join: 10 } as const;

/** Signals of a sender per minute, in total and on one connection. They have a limit of their own. */
const SIGNALS = 120;

type FrameKind = 'event' | 'signal' | keyof typeof FREE;

type Verdict = 'pass' | 'refuse' | 'close';

/** The state of one connection in one minute, local to this instance. */
interface ConnectionPace {
  /** Frames that no write has counted yet. */
  uncounted: number;
  heartbeats: number;
  verdict: Verdict;
}

/** The state of one sender in one minute, local to this instance. */
interface Pace {
  readonly minute: number;
  /** Frames that were handled and not counted yet. */
  owed: number;
  /** Frames that were counted in advance. */
  prepaid: number;
  /** The frames of the sender on all instances, as of the last write. */
  counted: number;
  joins: number;
  verdict: Verdict;
  readonly connections: Map<string, ConnectionPace>;
}

/** Maximum number of tracked senders, enough for those that use one instance in a minute or two. */
const MAX_PACES = 10_000;
const paces = new Map<string, Pace>();

/** The frame exceeds the rate limit. */
export class RateLimitExceeded extends TooManyRequests {
  /** Whether the connection must be closed, because it continued after many rejections. */
  readonly flood: boolean;

  constructor(flood: boolean) {
    super(ERROR.memberLimit, 'Too many messages in one minute; try again in the next minute');
    this.flood = flood;
  }
}

/** The sender of a frame. Before the login, only the connection is known. */
export interface FrameSender {
  readonly principal: Principal | undefined;
  readonly connectionId: string;
}

/**
 * Counts a frame that causes work, and rejects it when its sender or their connection exceeds the limit of this clock
 * minute. The limit of the sender applies to all their connections together, including closed ones. Each instance that
 * handles frames of the sender may accept {@link UNCOUNTED} above the limit.
 * @param now epoch ms
 * @throws RateLimitExceeded
 */
export async function checkRateLimit(
  { principal, connectionId }: FrameSender,
  kind: FrameKind,
  now: number,
): Promise<void> {
  const isSignal = kind === 'signal';
  const sender = (principal ? subjectKey(principal) : connectionPartition(connectionId)) + (isSignal ? '#signals' : '');
  const pace = paceOf(sender, Math.floor(now / MINUTE_MS));
  const connection = connectionPace(pace, connectionId);
  if (isFree(kind, pace, connection)) return;
  connection.uncounted += 1;
  if (pace.prepaid > 0) pace.prepaid -= 1;
  else if (pace.counted === 0 && pace.owed < UNCOUNTED) pace.owed += 1;
  else await countBatch(sender, connectionId, pace, isSignal ? LIMITS_OF_SIGNALS : await limitsOf(principal));
  const verdicts = [pace.verdict, connection.verdict];
  if (verdicts.includes('close')) throw new RateLimitExceeded(true);
  if (verdicts.includes('refuse')) throw new RateLimitExceeded(false);
}

/** As {@link checkRateLimit}, for frames that have no error answer. It closes the connection of a flood itself. */
export async function isAboveRateLimit(sender: FrameSender, kind: FrameKind, now: number): Promise<boolean> {
  try {
    await checkRateLimit(sender, kind, now);
    return false;
  } catch (error) {
    if (!(error instanceof RateLimitExceeded)) throw error;
    if (error.flood) await close(sender.connectionId);
    return true;
  }
}

function isFree(kind: FrameKind, pace: Pace, connection: ConnectionPace): boolean {
  switch (kind) {
    case 'event':
    case 'signal':
      return false;
    case 'heartbeat':
      connection.heartbeats += 1;
      return connection.heartbeats <= FREE.heartbeat;
    case 'join':
      pace.joins += 1;
      return pace.joins <= FREE.join;
  }
}

/** Counts the frames that are owed, the current one, and some in advance. */
async function countBatch(sender: string, connectionId: string, pace: Pace, limits: Limits): Promise<void> {
  const left = limits.ofSender - pace.counted;
  // Above the limit only a flood matters, so batches are large again.
  const batch = left > 0 ? Math.max(1, Math.min(MAX_BATCH, Math.floor(left * BATCH_SHARE))) : MAX_BATCH;
  const connection = connectionPace(pace, connectionId);
  const added = { ofSender: pace.owed + batch, ofConnection: connection.uncounted };
  const { ofSender, ofConnection } = await countFrames(sender, connectionId, pace.minute, added);
  pace.owed = 0;
  pace.prepaid = batch - 1;
  pace.counted = ofSender;
  pace.verdict = judge(ofSender, limits.ofSender);
  connection.uncounted = 0;
  connection.verdict = judge(ofConnection, limits.ofConnection);
}

function judge(count: number, limit: number): Verdict {
  if (count > FLOOD * limit) return 'close';
  return count > TOLERANCE * limit ? 'refuse' : 'pass';
}

/** Limits per minute: of all frames of a sender, and of those on one connection. */
interface Limits {
  readonly ofSender: number;
  readonly ofConnection: number;
}

const LIMITS_OF_SIGNALS: Limits = { ofSender: SIGNALS, ofConnection: SIGNALS };

async function limitsOf(principal: Principal | undefined): Promise<Limits> {
  const app = principal && (await findApp(principal.app));
  return app
    ? { ofSender: app.messagesPerMinute, ofConnection: app.messagesPerMinuteOfConnection }
    : { ofSender: WITHOUT_LOGIN, ofConnection: WITHOUT_LOGIN };
}

function paceOf(sender: string, minute: number): Pace {
  const known = paces.get(sender);
  if (known?.minute === minute) return known;
  if (paces.size >= MAX_PACES) paces.clear();
  const pace: Pace = { minute, owed: 0, prepaid: 0, counted: 0, joins: 0, verdict: 'pass', connections: new Map() };
  paces.set(sender, pace);
  return pace;
}

function connectionPace({ connections }: Pace, connectionId: string): ConnectionPace {
  const known = connections.get(connectionId);
  if (known) return known;
  const pace: ConnectionPace = { uncounted: 0, heartbeats: 0, verdict: 'pass' };
  connections.set(connectionId, pace);
  return pace;
}

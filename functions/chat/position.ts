import type { User } from '../shared/principal.ts';

/**
 * Where a client is in what is sent to its user: at an event, and when the connections of that event's receivers were
 * looked up (epoch ms, by the clock of the functions). It travels as the offset of the event, which Socket.IO clients
 * bring back when they reconnect.
 */
export interface Position {
  readonly at: number;
  /** The id of a message, or what {@link presenceMark} says. */
  readonly event: string;
}

/** An offset begins with a dot, which no id does: clients take any event's last text for one, also the id of a user. */
export function offsetOf(at: number, event: string): string {
  return `.${at}-${event}`;
}

const OFFSET = /^\.(\d{13,14})-(.+)$/;

/** Reads an offset that a client brings back; undefined for everything that is none. */
export function parseOffset(offset: unknown): Position | undefined {
  const [, at, event] = (typeof offset === 'string' && OFFSET.exec(offset)) || [];
  return at === undefined || event === undefined ? undefined : { at: Number(at), event };
}

/** How a position says that it is at the event which told of somebody's presence. */
export const presenceMark = (event: string, id: string) => `${event}-${id}`;

/** A session of a client that recovers: the connection that it began on, and when (epoch ms). */
export interface SessionMark {
  readonly connectionId: string;
  readonly since: number;
}

/** The session's id as clients keep it (`pid`). It is no secret: it opens nothing without the user's credentials. */
export function pidOf({ connectionId, since }: SessionMark, { app, id }: User): string {
  return `${connectionId}.${since}.${app}.${id}`;
}

const PID = /^([\w=+/-]{1,64})\.(\d{13,14})\./;

/** Reads a `pid` that a client brings back; undefined for what is none, or another user's: a client may log in anew. */
export function parsePid(pid: string, user: User): SessionMark | undefined {
  const [, connectionId, since] = PID.exec(pid) ?? [];
  if (connectionId === undefined || since === undefined) return undefined;
  const session = { connectionId, since: Number(since) };
  return pidOf(session, user) === pid ? session : undefined;
}

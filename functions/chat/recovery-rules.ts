import { type Position, presenceMark } from './position.ts';

/** The rules of recovery, without clock or store. All moments are epoch ms by the clock of the functions. */

/**
 * From the look for the receivers' connections until the last of them has an event. What takes longer leaves a mark
 * (`forfeit`). Events closer together than this may reach a client in either order.
 */
export const SLACK_MS = 1000;

/**
 * From the look for the receivers' connections until a message is stored. Who takes longer looks once more; who comes
 * back waits for as long, and then finds everything in the store that was not sent to his new connection.
 */
export const SETTLE_MS = 500;

/** From a change of a user's presence until his friends are told. What takes longer leaves a mark. */
export const PRESENCE_SLACK_MS = 5000;

/** From a message's arrival at the gateway until its receivers are looked for: API Gateway waits for 29 s at most. */
export const HANDLING_MS = 30_000;

/** A connection lives for two hours, and its client may then stay away for half an hour. */
export const MOST_AGE_MS = 2.5 * 60 * 60 * 1000;

/** How long a newly registered connection may be unknown to who looks for it: such reads are eventually consistent. */
const LAG_MS = 200;

/** A connection's registration: when it had not begun yet, and when it was done. */
export interface Registration {
  readonly before: number;
  readonly done: number;
}

/** Something that was sent to a user: when his connections were looked up for it, and its id. */
export interface Sent {
  readonly id: string;
  readonly at: number;
}

/**
 * What a client has missed that is at a position, and connected anew; the rest of what was sent it has, or gets on its new connection.
 * @param sent what was sent to it, and perhaps before; in any order
 * @returns undefined when that cannot be told of each
 */
export function missed<S extends Sent>(
  position: Position,
  registration: Registration,
  sent: readonly S[],
): S[] | undefined {
  const found: S[] = [];
  for (const one of sent) {
    if (one.id === position.event || one.at > registration.done + LAG_MS) continue;
    if (one.at > registration.before - SLACK_MS || Math.abs(one.at - position.at) <= SLACK_MS) return undefined;
    if (one.at > position.at) found.push(one);
  }
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** When a user was last announced as online, and when as gone. */
export interface Presence {
  readonly since?: number | undefined;
  readonly gone?: number | undefined;
}

/** Whether a client that is at a position knows the presence of a friend. */
export function knowsPresence(position: Position, friend: string, { since, gone }: Presence): boolean {
  const knows = (event: string, at = 0) =>
    at < position.at - PRESENCE_SLACK_MS || (position.event === presenceMark(event, friend) && at <= position.at);
  return knows('online', since) && knows('offline', gone);
}

/**
 * Whether a position is one to recover from.
 * @param floor when the client began to be told of everything that it could build on
 */
export function isFresh({ at }: Position, floor: number, now: number): boolean {
  return at >= floor && at <= now && now - at <= MOST_AGE_MS;
}

/** Whether everything between the position and now has left a trace. @param forfeited up to when something has not */
export function isTraced({ at }: Position, forfeited: number): boolean {
  return forfeited < at - SLACK_MS;
}

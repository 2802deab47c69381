import { setTimeout } from 'node:timers/promises';
import * as z from 'zod/mini';
import { post } from '../gateway/connections.ts';
import { logger } from '../observe/logger.ts';
import { concurrently } from '../shared/concurrently.ts';
import { type ChatEvent, frameOf } from '../shared/event.ts';
import { isUser, type User } from '../shared/principal.ts';
import { TYPE } from '../shared/wire.ts';
import { communitiesOf, sizesOf } from '../store/communities.ts';
import { contactsSince } from '../store/contacts.ts';
import { lookup } from '../store/dynamo.ts';
import { friendsOf } from '../store/friendships.ts';
import { type Conversation, type Message, messagesAfter, type Sending } from '../store/messages.ts';
import { forfeitedBy, forfeitedByAll, noteAttempt, presenceOf } from '../store/recovery.ts';
import { settle } from './lateness.ts';
import { ackEvent, messageEvent, yourselfEvent } from './message-events.ts';
import { offsetOf, type Position, parseOffset, parsePid, pidOf } from './position.ts';
import {
  HANDLING_MS,
  isFresh,
  isTraced,
  knowsPresence,
  missed,
  type Registration,
  SETTLE_MS,
} from './recovery-rules.ts';
import type { Session } from './session.ts';
import { MOST_DIRECT } from './sharding.ts';

/** In so many conversations it is looked for what a client has missed, and so much is sent again. */
const MOST_CONVERSATIONS = 200;
const MOST_MESSAGES = 100;

/** How many conversations are read side by side, and how many messages of each: some that were seen are among them. */
const AT_ONCE = 25;
const MOST_READ = 2 * MOST_MESSAGES;

/** What a returning client presents in its CONNECT packet (socket.io-client 4.6 and later). */
const Claim = z.object({ pid: z.string(), offset: z.string() });

/** A user's connection that has just been registered. */
interface Arrived {
  readonly connectionId: string;
  readonly user: User;
  readonly registration: Registration;
}

/**
 * Takes up the session that a returning client presents, or begins one that it can come back to.
 * @param payload what came with the CONNECT packet
 * @returns what the confirmation has to say of it; undefined for a client that does not recover
 */
export async function resume(session: Session, payload: Record<string, unknown>): Promise<{ pid: string } | undefined> {
  const { connectionId, principal: user, registration, recovers } = session;
  if (!recovers || !isUser(user)) return undefined;
  const recovered = await recover({ connectionId, user, registration }, payload).catch((error: unknown) => {
    logger.error('A session was not recovered', { user: user.id, error });
    return undefined;
  });
  return { pid: recovered ?? pidOf({ connectionId, since: registration.before }, user) };
}

/**
 * Sends a returning client what it has missed, if it is certain what that is. It stands before the confirmation of the
 * namespace, until which clients keep it: one that sees any of it, or anything later, has all of it.
 * @returns the session that was recovered (its `pid`); undefined: a new one begins, and nothing was sent
 */
async function recover(arrived: Arrived, payload: Record<string, unknown>): Promise<string | undefined> {
  const claim = Claim.safeParse(payload);
  if (!claim.success) return undefined;
  const { pid, offset } = claim.data;
  const events = await missedEvents(arrived, pid, offset);
  if (!events) return undefined;
  for (const event of events) await resend(arrived, event);
  return pid;
}

/** The offset says where the client is by then, which is not where the event once was. */
async function resend({ connectionId, user }: Arrived, { name, args }: ChatEvent): Promise<void> {
  const event = { name, args, offset: offsetOf(Date.now(), 'again') };
  await post(connectionId, frameOf(event, true));
  await settle(user, event);
}

async function missedEvents(arrived: Arrived, pid: string, offset: string): Promise<ChatEvent[] | undefined> {
  const { user, connectionId, registration } = arrived;
  const [session, position] = [parsePid(pid, user), parseOffset(offset)];
  if (!session || !position) return undefined;
  const before = await noteAttempt(user, pid, { at: registration.before, connectionId });
  if (!isFresh(position, before?.at ?? session.since, registration.before)) return undefined;
  await setTimeout(registration.done + SETTLE_MS - Date.now());
  const conversations = await tracedConversations(user, position);
  const sent = conversations && (await readAll(conversations, position));
  const own = before?.connectionId ?? session.connectionId;
  return sent && missed(position, registration, toSend(user, own, sent))?.map(({ event }) => event);
}

/** The conversations of a user; undefined when there are too many, or something else has happened, of which no store tells. */
async function tracedConversations(user: User, position: Position): Promise<Conversation[] | undefined> {
  const { app, id } = user;
  const [friends, groups, rooms, strangers] = await Promise.all([
    friendsOf(user),
    sizesOf(app, 'group', id),
    communitiesOf(app, 'room', id),
    contactsSince(user, position.at - HANDLING_MS, MOST_CONVERSATIONS + 1),
  ]);
  // What is said in a larger group is delivered by shards, and nobody waits for the last of them.
  if ([...groups.values()].some((members) => members > MOST_DIRECT)) return undefined;
  if (rooms.length > 0 || friends.length + groups.size + strangers.length > MOST_CONVERSATIONS) return undefined;
  // After the memberships: whoever ends one notes it first.
  const [forfeited, [byAll, ...presences]] = await Promise.all([
    forfeitedBy(user),
    lookup([forfeitedByAll(app), ...friends.map((friend) => presenceOf({ ...user, id: friend }))]),
  ]);
  if (!isTraced(position, Math.max(forfeited, byAll))) return undefined;
  if (!friends.every((friend, n) => knowsPresence(position, friend, presences[n] ?? {}))) return undefined;
  return [
    ...friends.map((friend): Conversation => ({ app, kind: 'friend', between: [id, friend] })),
    ...[...groups.keys()].map((group): Conversation => ({ app, kind: 'group', between: [group] })),
    ...strangers.map((stranger): Conversation => ({ app, kind: 'stranger', between: [id, stranger.id] })),
  ];
}

interface Spoken {
  readonly conversation: Conversation;
  readonly message: Message & Sending;
}

/** What was said in all of the conversations since about the position; undefined when it is too much. */
async function readAll(conversations: readonly Conversation[], position: Position): Promise<Spoken[] | undefined> {
  const spoken: Spoken[] = [];
  let tooMuch = false;
  await concurrently(conversations, AT_ONCE, async (conversation) => {
    if (tooMuch) return;
    const found = await messagesAfter(conversation, position.at - HANDLING_MS, MOST_READ);
    spoken.push(...found.map((message) => ({ conversation, message })));
    const behind = spoken.filter(({ message }) => message.at > position.at).length;
    tooMuch = found.length === MOST_READ || behind > MOST_MESSAGES;
  });
  return tooMuch ? undefined : spoken;
}

/**
 * What was to be sent to a client of the user, as events.
 * @param own the connection on which the client was: of what it said itself it is told by `ack` only
 */
function toSend(user: User, own: string, spoken: readonly Spoken[]) {
  return spoken.flatMap(({ conversation, message: { by, at, ack, ...message } }) => {
    const event = eventFor(user, conversation, message, by === own, ack);
    return event ? [{ id: message.id, at, event }] : [];
  });
}

function eventFor(
  user: User,
  { kind, between }: Conversation,
  message: Message,
  saidItself: boolean,
  ack: number | undefined,
): ChatEvent | undefined {
  const type = TYPE[kind];
  const [id = ''] = between.filter((one) => one !== user.id);
  if (message.speaker !== user.id)
    return messageEvent(message, { type, ...(kind === 'group' && { gid: id }) }, undefined);
  if (!saidItself) return yourselfEvent(message, { id, type }, undefined);
  return ack === undefined ? undefined : ackEvent(message, ack, undefined);
}

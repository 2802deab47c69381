import { ChatError, ERROR, Forbidden } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import { TYPE, type Type } from '../shared/wire.ts';
import { refreshApp } from '../store/apps.ts';
import { blocksBetween } from '../store/blocks.ts';
import { communityHead, type Head, membership, unknownCommunity } from '../store/communities.ts';
import type { Community } from '../store/community-keys.ts';
import { checkMuted } from '../store/community-roles.ts';
import type { Conversation } from '../store/conversations.ts';
import { connectionsOf, devicesOf } from '../store/devices.ts';
import { type Lookup, lookup } from '../store/dynamo.ts';
import { friendship } from '../store/friendships.ts';
import { profile } from '../store/profiles.ts';
import { ofBlocked } from './blocked.ts';
import type { SenderView } from './message-events.ts';
import { type OwnedConnection, otherMembers, type Recipients, reach, withOwner } from './recipients.ts';

/** The receivers of a message, its conversation, and how receivers see the sender. */
export interface Audience {
  /** The conversation that stores the message. Undefined when the message is not stored. */
  readonly conversation: Conversation | undefined;
  readonly senderView: SenderView;
  /** All receivers, without the sender. */
  readonly recipients: Recipients;
  /** Whether receivers without a device in the foreground get a push: users do, except in rooms. */
  readonly pushes: boolean;
  /** The open connections of the sender. */
  readonly speakerConnections: readonly OwnedConnection[];
  /** The group or room. */
  readonly head?: Head;
  /** Whether the receiver blocks the sender, who must not notice. Then nothing may be stored or sent to others. */
  readonly isDropped?: boolean;
}

/**
 * Checks that a sender may write to a receiver, and finds the audience.
 * @param evenMuted whether a sender may be muted in the group or room. @default false
 * @throws ChatError 5003 or 5004 when the sender may not, 5001 when sender and receiver are the same
 */
export async function admit(speaker: Principal, id: string, type: Type, evenMuted = false): Promise<Audience> {
  if (speaker.kind === 'visitor') return toUser(speaker, id, 'visitor', [speaker.id, id], TYPE.visitor);
  switch (type) {
    case TYPE.group:
      return toCommunity(speaker, { app: speaker.app, kind: 'group', id }, evenMuted);
    case TYPE.room:
      return toCommunity(speaker, { app: speaker.app, kind: 'room', id }, evenMuted);
    case TYPE.visitor:
      return toVisitor(speaker, id);
    case TYPE.stranger:
      checkOther(speaker, id);
      return toUser(speaker, id, 'stranger', [speaker.id, id], TYPE.stranger);
    case TYPE.friend:
      checkOther(speaker, id);
      return toFriend(speaker, id);
  }
}

function checkOther(speaker: Principal, id: string): void {
  if (id === speaker.id) throw new ChatError(ERROR.badParameter, 'to.id: expected another user than the sender');
}

function toFriend(speaker: Principal, id: string): Promise<Audience> {
  const refusal = `to.id: ${id} is not a friend of ${speaker.id}; create the friendship first, or send with to.type 4`;
  return toOne(speaker, { ...speaker, id }, friendship(speaker, id), new Forbidden(refusal), {
    conversation: { app: speaker.app, kind: 'friend', between: [speaker.id, id] },
    senderView: { type: TYPE.friend },
  });
}

function toUser(
  speaker: Principal,
  id: string,
  kind: 'stranger' | 'visitor',
  between: readonly [string, string],
  senderType: Type,
): Promise<Audience> {
  const user: Principal = { app: speaker.app, kind: 'user', id };
  return toOne(speaker, user, profile(user), new ChatError(ERROR.notFound, `There is no user ${id}`), {
    conversation: { app: speaker.app, kind, between },
    senderView: { type: senderType },
  });
}

function toVisitor(speaker: Principal, id: string): Promise<Audience> {
  const visitor: Principal = { app: speaker.app, kind: 'visitor', id };
  return toOne(speaker, visitor, profile(visitor), new ChatError(ERROR.notFound, `There is no visitor ${id}`), {
    conversation: { app: speaker.app, kind: 'visitor', between: [id, speaker.id] },
    senderView: { type: TYPE.friend },
  });
}

/** For one receiver: a single batch read returns the permission, blocks, and the connections of both sides. */
async function toOne(
  speaker: Principal,
  receiver: Principal,
  admission: Lookup<unknown>,
  refusal: ChatError,
  audience: { readonly conversation: Conversation; readonly senderView: SenderView },
): Promise<Audience> {
  const { theirs: block } = blocksBetween(speaker, receiver, audience.conversation.kind);
  const [admitted, blocked, theirs, own] = await lookup([
    admission,
    block,
    devicesOf(receiver),
    connectionsOf(speaker),
    ...refreshApp(speaker.app),
  ]);
  if (admitted === undefined && (await confirmed([admission]))[0] === undefined) throw refusal;
  if (blocked) return ofBlocked(speaker, receiver, { ...audience, speakerConnections: withOwner(speaker, own) });
  return {
    ...audience,
    recipients: reach(receiver, theirs),
    pushes: receiver.kind === 'user',
    speakerConnections: withOwner(speaker, own),
  };
}

/**
 * Reads again what refuses a sender, with strong consistency: the first read can miss a friendship or membership that was made
 * a moment ago.
 */
const confirmed = <const T extends readonly Lookup<unknown>[]>(admission: T) => lookup(admission, { consistent: true });

/** For a community: one batch read returns the membership of the sender and the number of members. */
async function toCommunity(speaker: Principal, community: Community, evenMuted: boolean): Promise<Audience> {
  const { app, kind, id } = community;
  const admission = [communityHead(community), membership(community, speaker.id)] as const;
  const [head, isMember, own] = await lookup([...admission, connectionsOf(speaker), ...refreshApp(speaker.app)]);
  const [found, member] = head && isMember ? [head, isMember] : await confirmed(admission);
  if (!found) throw unknownCommunity(community);
  if (!member) throw new Forbidden(`${speaker.id} is not a member of ${kind} ${id}`);
  if (!evenMuted) checkMuted(community, found, speaker.id, Date.now());
  return {
    conversation: kind === 'group' ? { app, kind, between: [id] } : undefined,
    senderView: { type: kind === 'group' ? TYPE.group : TYPE.room, gid: id },
    recipients: await otherMembers(speaker.id, community, found.members),
    pushes: kind === 'group',
    speakerConnections: withOwner(speaker, own),
    head: found,
  };
}

import { type Community, membersOf, unknownCommunity } from '../store/communities.ts';
import { connectionsOf, type OpenConnection } from '../store/connections.ts';
import { type Lookup, lookup } from '../store/dynamo.ts';
import { friendship } from '../store/friendships.ts';
import type { Conversation } from '../store/messages.ts';
import { profile } from '../store/profiles.ts';
import type { Owned } from './delivery.ts';
import { ChatError, ERROR } from './errors.ts';
import type { Principal } from './principal.ts';
import type { SeenAs } from './spoken.ts';
import { TYPE, type Type } from './wire.ts';

/** Whom a message reaches, where it is kept, and as what its receivers see the speaker. */
export interface Audience {
  /** undefined: it is not kept. */
  readonly conversation: Conversation | undefined;
  readonly seenAs: SeenAs;
  /** The open connections of everybody else. */
  readonly others: readonly Owned[];
  /** Who gets a push when the message reaches him on no device: users, and nobody for what is said in a room. */
  readonly pushed: readonly Principal[];
  /** The open connections of the speaker. */
  readonly mine: readonly Owned[];
}

/**
 * Lets a speaker speak to a receiver.
 * @throws ChatError 5003 or 5004 when he may not, 5001 when he would speak to himself
 */
export async function admit(speaker: Principal, id: string, type: Type): Promise<Audience> {
  if (speaker.kind === 'passenger') return toUser(speaker, id, 'passenger', [speaker.id, id], TYPE.passenger);
  switch (type) {
    case TYPE.group:
      return toCommunity(speaker, { app: speaker.app, kind: 'group', id });
    case TYPE.room:
      return toCommunity(speaker, { app: speaker.app, kind: 'room', id });
    case TYPE.passenger:
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
  if (id === speaker.id) throw new ChatError(ERROR.badParameter, 'say.to.id is the speaker; it must be somebody else');
}

function toFriend(speaker: Principal, id: string): Promise<Audience> {
  const refusal = `${id} is no friend of ${speaker.id}; become friends first, or write with to.type 4`;
  return toOne(speaker, { ...speaker, id }, friendship(speaker, id), new ChatError(ERROR.notAuthorised, refusal), {
    conversation: { app: speaker.app, kind: 'friend', between: [speaker.id, id] },
    seenAs: { type: TYPE.friend },
  });
}

function toUser(
  speaker: Principal,
  id: string,
  kind: 'stranger' | 'passenger',
  between: readonly [string, string],
  seenAs: Type,
): Promise<Audience> {
  const user: Principal = { app: speaker.app, kind: 'user', id };
  return toOne(speaker, user, profile(user), new ChatError(ERROR.notFound, `There is no user ${id}`), {
    conversation: { app: speaker.app, kind, between },
    seenAs: { type: seenAs },
  });
}

function toVisitor(speaker: Principal, id: string): Promise<Audience> {
  const visitor: Principal = { app: speaker.app, kind: 'passenger', id };
  return toOne(speaker, visitor, profile(visitor), new ChatError(ERROR.notFound, `There is no visitor ${id}`), {
    conversation: { app: speaker.app, kind: 'passenger', between: [id, speaker.id] },
    seenAs: { type: TYPE.friend },
  });
}

/** One receiver: a single batch read tells whether he may be spoken to, and where both are connected. */
async function toOne(
  speaker: Principal,
  receiver: Principal,
  admission: Lookup<unknown>,
  refusal: ChatError,
  audience: Pick<Audience, 'conversation' | 'seenAs'>,
): Promise<Audience> {
  const [admitted, theirs, mine] = await lookup([admission, connectionsOf(receiver), connectionsOf(speaker)]);
  if (admitted === undefined) throw refusal;
  return {
    ...audience,
    others: recipients(receiver, theirs),
    pushed: receiver.kind === 'user' ? [receiver] : [],
    mine: recipients(speaker, mine),
  };
}

/** Many receivers: one query lists the members, one batch read per hundred of them tells where they are connected. */
async function toCommunity(speaker: Principal, community: Community): Promise<Audience> {
  const { app, kind, id } = community;
  const members = await membersOf(community);
  if (members.length === 0) throw unknownCommunity(community);
  if (!members.includes(speaker.id))
    throw new ChatError(ERROR.notAuthorised, `${speaker.id} is no member of ${kind} ${id}`);
  const everybody = members.map((member): Principal => ({ app, kind: 'user', id: member }));
  const reached = await connections(everybody);
  return {
    conversation: kind === 'group' ? { app, kind, between: [id] } : undefined,
    seenAs: { type: kind === 'group' ? TYPE.group : TYPE.room, gid: id },
    others: reached.filter(({ owner }) => owner.id !== speaker.id),
    pushed: kind === 'group' ? everybody.filter(({ id }) => id !== speaker.id) : [],
    mine: reached.filter(({ owner }) => owner.id === speaker.id),
  };
}

/** The open connections of all of them. */
export async function connections(principals: readonly Principal[]): Promise<Owned[]> {
  const found = await lookup(principals.map(connectionsOf));
  return principals.flatMap((principal, n) => recipients(principal, found[n] ?? []));
}

function recipients(owner: Principal, connections: readonly OpenConnection[]): Owned[] {
  return connections.map((connection) => ({ owner, ...connection }));
}

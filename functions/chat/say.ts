import * as z from 'zod/mini';
import { eventFrame } from '../protocol/index.ts';
import { connectionsOf } from '../store/connections.ts';
import { type Lookup, lookup } from '../store/dynamo.ts';
import { friendship } from '../store/friendships.ts';
import {
  type Content,
  type Conversation,
  type Message,
  messageId,
  recordContact,
  storeMessage,
} from '../store/messages.ts';
import { profile } from '../store/profiles.ts';
import { deliver } from './delivery.ts';
import { ChatError, ERROR } from './errors.ts';
import { parse } from './parse.ts';
import { type Principal, parseId } from './principal.ts';
import { NAMESPACE, TYPE, type Type } from './wire.ts';

/** Bytes of a content's and a remark's JSON: a hundred of them fit in one answer, and one fits in a gateway frame. */
const CONTENT_BYTES = 28 * 1024;
const REMARK_BYTES = 2 * 1024;

const Say = z.object({
  to: z.object({ id: z.unknown(), type: z.optional(z.enum(TYPE)) }),
  content: z.object({ media: z._default(z.int().check(z.minimum(0), z.maximum(3)), 0), body: z.string() }),
  remark: z.optional(z.nullable(z.string())),
  ack: z.optional(z.nullable(z.int().check(z.minimum(0)))),
  push: z.optional(
    z.nullable(
      z.object({
        enable: z.optional(z.boolean()),
        sound: z.optional(z.string()),
        prefix: z.optional(z.string()),
        suffix: z.optional(z.string()),
        overwrite: z.optional(z.string()),
        badge: z.optional(z.int()),
        contentAvailable: z.optional(z.boolean()),
      }),
    ),
  ),
});

/** One device of somebody who speaks. */
export interface Speaker extends Principal {
  readonly connectionId: string;
}

/** When a `say` reached the gateway (epoch ms), and the Socket.IO packet id it carried, if any. */
export interface Arrival {
  readonly ts: number;
  readonly packetId: number | undefined;
}

export interface Said {
  readonly id: string;
  readonly ts: number;
  /** The number that the message carried, if it did. */
  readonly ack?: number;
  /** Settles when everybody has it; never fails. */
  readonly delivered: Promise<void>;
}

/**
 * Says something: stores the message, then hands it to all devices of the receiver (`message`), to the other
 * devices of the speaker (`yourself`), and confirms it to this one (`ack`) if the message carried an ack number.
 * Returns as soon as it is stored; the deliveries go on.
 * @throws ChatError 5001, 5003, 5004, 5009 or 5010: then nothing was stored and nobody was told
 */
export async function say(speaker: Speaker, input: unknown, arrival: Arrival): Promise<Said> {
  const { to, content, remark, ack } = parse(Say, input, 'say');
  checkLength(content, CONTENT_BYTES, 'content');
  checkLength(remark ?? '', REMARK_BYTES, 'remark');

  const type = speaker.kind === 'passenger' ? TYPE.friend : (to.type ?? TYPE.friend);
  const receiver = address(speaker, parseId(to.id, 'say.to.id'), type);
  const [admission, theirs, mine] = await lookup([
    receiver.admission,
    connectionsOf(receiver.principal),
    connectionsOf(speaker),
  ]);
  if (admission === undefined) throw receiver.refusal;

  const { ts } = arrival;
  const message: Message = {
    id: messageId(ts, arrival.packetId ?? ack ?? 0),
    ts,
    speaker: speaker.id,
    content,
    ...(remark != null && { remark }),
  };
  await Promise.all([
    storeMessage(receiver.conversation, message),
    ...(type === TYPE.stranger
      ? [recordContact(speaker, receiver.principal.id, ts), recordContact(receiver.principal, speaker.id, ts)]
      : []),
  ]);

  const { speaker: _, ...shown } = message;
  const delivered = Promise.all([
    ack != null && deliver([{ owner: speaker, connectionId: speaker.connectionId }], frame('ack', { ack, ts })),
    deliver(
      theirs.map((connectionId) => ({ owner: receiver.principal, connectionId })),
      frame('message', { from: { id: speaker.id, type: receiver.seenAs }, ...shown }),
    ),
    deliver(
      mine.filter((id) => id !== speaker.connectionId).map((connectionId) => ({ owner: speaker, connectionId })),
      frame('yourself', { to: { id: receiver.principal.id, type }, ...shown }),
    ),
  ]);
  return { id: message.id, ts, ...(ack != null && { ack }), delivered: delivered.then(() => undefined) };
}

const frame = (event: string, argument: unknown) => eventFrame(NAMESPACE, event, [argument]);

function checkLength(value: Content | string, most: number, what: string): void {
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > most)
    throw new ChatError(ERROR.tooLong, `say.${what} takes ${bytes} bytes as JSON; at most ${most} are allowed`);
}

interface Address {
  readonly principal: Principal;
  readonly conversation: Conversation;
  readonly admission: Lookup<unknown>;
  readonly refusal: ChatError;
  readonly seenAs: Type;
}

/** Who is spoken to, where it is kept, what must be there for it to be allowed, and as what he sees the speaker. */
function address(speaker: Speaker, id: string, type: Type): Address {
  const { app } = speaker;
  const user: Principal = { app, kind: 'user', id };
  if (speaker.kind === 'passenger') {
    return {
      principal: user,
      conversation: conversation(app, 'passenger', speaker.id, id),
      admission: profile(user),
      refusal: unknownReceiver('user', id),
      seenAs: TYPE.passenger,
    };
  }
  if (type === TYPE.passenger) {
    const visitor: Principal = { app, kind: 'passenger', id };
    return {
      principal: visitor,
      conversation: conversation(app, 'passenger', id, speaker.id),
      admission: profile(visitor),
      refusal: unknownReceiver('visitor', id),
      seenAs: TYPE.friend,
    };
  }
  if (id === speaker.id) throw new ChatError(ERROR.badParameter, 'say.to.id is the speaker; it must be somebody else');
  if (type === TYPE.friend) {
    return {
      principal: user,
      conversation: conversation(app, 'friend', speaker.id, id),
      admission: friendship(speaker, id),
      refusal: new ChatError(
        ERROR.notAuthorised,
        `${id} is no friend of ${speaker.id}; become friends first, or write with to.type 4`,
      ),
      seenAs: TYPE.friend,
    };
  }
  if (type === TYPE.stranger) {
    return {
      principal: user,
      conversation: conversation(app, 'stranger', speaker.id, id),
      admission: profile(user),
      refusal: unknownReceiver('user', id),
      seenAs: TYPE.stranger,
    };
  }
  throw new ChatError(ERROR.unsupported, 'say.to.type may be 0 (friend), 3 (visitor) or 4 (stranger)');
}

function conversation(app: string, kind: Conversation['kind'], one: string, other: string): Conversation {
  return { app, kind, between: [one, other] };
}

function unknownReceiver(kind: string, id: string): ChatError {
  return new ChatError(ERROR.notFound, `There is no ${kind} ${id}`);
}

import * as z from 'zod/mini';
import { METRIC } from '../constants.ts';
import { count, delivered as measure } from '../observe/metrics.ts';
import { about } from '../observe/observed.ts';
import { eventFrame } from '../protocol/index.ts';
import { pushLater } from '../push/later.ts';
import { recordContact } from '../store/contacts.ts';
import { type Message, messageId, storeMessage } from '../store/messages.ts';
import { admit } from './audience.ts';
import { checkContent, Spoken } from './content.ts';
import { deliver, deliverTo } from './delivery.ts';
import { parse } from './parse.ts';
import { type Principal, parseId } from './principal.ts';
import { NAMESPACE, TYPE } from './wire.ts';

const Say = z.object({
  to: z.object({ id: z.unknown(), type: z.optional(z.enum(TYPE)) }),
  ...Spoken.shape,
  ack: z.optional(z.nullable(z.int().check(z.minimum(0)))),
});

const COUNTED_AS = {
  friend: METRIC.friendMessages,
  stranger: METRIC.strangerMessages,
  passenger: METRIC.visitorMessages,
  group: METRIC.groupMessages,
  room: METRIC.roomMessages,
} as const;

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
  /** Settles when everybody has it, or those who are offline will be told by push; never fails. */
  readonly delivered: Promise<void>;
}

/**
 * Says something: stores the message, then hands it to all devices of the receivers (`message`), to the other
 * devices of the speaker (`yourself`), and confirms it to this one (`ack`) if the message carried an ack number.
 * Returns as soon as it is stored; the deliveries go on.
 * @throws ChatError 5001, 5003, 5004 or 5010: then nothing was stored and nobody was told
 */
export async function say(speaker: Speaker, input: unknown, arrival: Arrival): Promise<Said> {
  const { to, content, remark, ack, push } = parse(Say, input, 'say');
  checkContent({ content, remark }, 'say');

  const type = speaker.kind === 'passenger' ? TYPE.friend : (to.type ?? TYPE.friend);
  const id = parseId(to.id, 'say.to.id');
  const { conversation, seenAs, others, pushed, mine } = await admit(speaker, id, type);

  const { ts } = arrival;
  const message: Message = {
    id: messageId(ts, arrival.packetId ?? ack ?? 0),
    ts,
    speaker: speaker.id,
    content,
    ...(remark != null && { remark }),
  };
  await Promise.all([
    conversation && storeMessage(conversation, message),
    ...(type === TYPE.stranger
      ? [recordContact(speaker, id, ts), recordContact({ ...speaker, id }, speaker.id, ts)]
      : []),
  ]);

  about({ message_id: message.id });
  count(COUNTED_AS[conversation?.kind ?? 'room']);

  const { speaker: _, ...shown } = message;
  const event = { from: { id: speaker.id, ...seenAs }, ...shown };
  const delivered = Promise.all([
    ack != null && deliver([{ owner: speaker, connectionId: speaker.connectionId }], frame('ack', { ack, ts })),
    deliverTo(pushed, others, frame('message', event)).then((missed) => {
      measure(ts, others.length);
      return pushLater(missed, { app: speaker.app, event, push });
    }),
    deliver(
      mine.filter(({ connectionId }) => connectionId !== speaker.connectionId),
      frame('yourself', { to: { id, type }, ...shown }),
    ),
  ]);
  return { id: message.id, ts, ...(ack != null && { ack }), delivered: delivered.then(() => undefined) };
}

const frame = (event: string, argument: unknown) => eventFrame(NAMESPACE, event, [argument]);

import * as z from 'zod/mini';
import { enqueuePush } from '../jobs/push-enqueue.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { addLogContext } from '../observe/observed.ts';
import { METRIC } from '../shared/constants.ts';
import { checkContent, MessageInput } from '../shared/content.ts';
import { messageId } from '../shared/message-id.ts';
import { parse } from '../shared/parse.ts';
import { type Principal, parseId } from '../shared/principal.ts';
import { TYPE } from '../shared/wire.ts';
import { recordContact } from '../store/contacts.ts';
import { type Message, storeMessage } from '../store/messages.ts';
import { admit } from './audience.ts';
import { deliver } from './delivery.ts';
import { fanOut } from './fan-out.ts';
import { normalizeLegacyMessage } from './legacy-message.ts';
import { ackEvent, messageEvent, messageView, yourselfEvent } from './message-events.ts';

const Say = z.object({
  to: z.object({ id: z.unknown(), type: z.optional(z.enum(TYPE)) }),
  ...MessageInput.shape,
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

export interface SayResult {
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
export async function say(speaker: Speaker, input: unknown, arrival: Arrival): Promise<SayResult> {
  const { to, content, remark, ack, push } = parse(Say, normalizeLegacyMessage(input), 'say');
  checkContent({ content, remark }, 'say');

  const type = speaker.kind === 'passenger' ? TYPE.friend : (to.type ?? TYPE.friend);
  const id = parseId(to.id, 'say.to.id');
  const { conversation, seenAs, pushed, others, mine } = await admit(speaker, id, type);

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

  addLogContext({ message_id: message.id });
  count(COUNTED_AS[conversation?.kind ?? 'room']);

  const isThis = ({ connectionId }: { connectionId: string }) => connectionId === speaker.connectionId;
  const self = mine.find(isThis) ?? { owner: speaker, connectionId: speaker.connectionId };
  const event = messageView(message, seenAs);
  const delivery = {
    app: speaker.app,
    event: messageEvent(message, seenAs),
    priority: 'message' as const,
    ...(pushed && { push: push ?? {} }),
  };
  const delivered = Promise.all([
    ack != null && deliver([self], ackEvent(message, ack)),
    fanOut(delivery, others, async (missed) => {
      if (pushed) await enqueuePush(missed, { app: speaker.app, event, push });
    }).catch((error) => logger.error('A message was not delivered to all', { error })),
    deliver(
      mine.filter((device) => !isThis(device)),
      yourselfEvent(message, { id, type }),
    ),
  ]);
  return { id: message.id, ts, ...(ack != null && { ack }), delivered: delivered.then(() => undefined) };
}

import type * as z from 'zod/mini';
import { enqueuePush } from '../jobs/push-enqueue.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { addLogContext } from '../observe/observed.ts';
import { METRIC } from '../shared/constants.ts';
import { checkContent } from '../shared/content.ts';
import { messageId } from '../shared/message-id.ts';
import { parse } from '../shared/parse.ts';
import { type Principal, parseId } from '../shared/principal.ts';
import { TYPE, type Type } from '../shared/wire.ts';
import { recordContact } from '../store/contacts.ts';
import { type Message, storeMessage } from '../store/messages.ts';
import { type Audience, admit } from './audience.ts';
import { deliver } from './delivery.ts';
import { fanOut } from './fan-out.ts';
import { normalizeLegacyMessage } from './legacy-message.ts';
import { ackEvent, messageEvent, messageView, yourselfEvent } from './message-events.ts';
import { SayInput } from './say-input.ts';

const COUNTED_AS = {
  friend: METRIC.friendMessages,
  stranger: METRIC.strangerMessages,
  visitor: METRIC.visitorMessages,
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

/** What a client asks to say, as far as it is valid by itself. */
interface Draft {
  readonly to: { readonly id: string; readonly type: Type };
  readonly content: Message['content'];
  readonly remark: string | undefined;
  readonly ack: number | undefined;
  readonly push: z.output<typeof SayInput>['push'];
}

/**
 * Says something: stores the message, then sends it to all devices of the receivers (`message`) and to the other devices
 * of the speaker (`yourself`), and confirms it to this device (`ack`) if the message had an ack number.
 * Returns as soon as it is stored; the deliveries go on.
 * @throws ChatError 5001, 5003, 5004 or 5010: then nothing was stored or sent
 */
export async function say(speaker: Speaker, input: unknown, arrival: Arrival): Promise<SayResult> {
  const draft = readDraft(speaker, input);
  const { ack } = draft;
  const audience = await admit(speaker, draft.to.id, draft.to.type);
  const message = await store(speaker, draft, audience, arrival);
  const delivered = publish(speaker, draft, audience, message);
  return { id: message.id, ts: message.ts, ...(ack !== undefined && { ack }), delivered };
}

function readDraft(speaker: Speaker, input: unknown): Draft {
  const { to, content, remark, ack, push } = parse(SayInput, normalizeLegacyMessage(input), 'say');
  checkContent({ content, remark }, 'say');
  const type = speaker.kind === 'visitor' ? TYPE.friend : (to.type ?? TYPE.friend);
  const id = parseId(to.id, 'say.to.id');
  return { to: { id, type }, content, remark: remark ?? undefined, ack: ack ?? undefined, push };
}

async function store(speaker: Speaker, draft: Draft, { conversation }: Audience, arrival: Arrival): Promise<Message> {
  const { to, content, remark, ack } = draft;
  const { ts, packetId } = arrival;
  const message: Message = {
    id: messageId(ts, packetId ?? ack ?? 0),
    ts,
    speaker: speaker.id,
    content,
    ...(remark !== undefined && { remark }),
  };
  await Promise.all([
    conversation && storeMessage(conversation, message),
    ...(to.type === TYPE.stranger
      ? [recordContact(speaker, to.id, ts), recordContact({ ...speaker, id: to.id }, speaker.id, ts)]
      : []),
  ]);
  addLogContext({ message_id: message.id });
  count(COUNTED_AS[conversation?.kind ?? 'room']);
  return message;
}

/** Settles when everybody has the message, or those who are offline will get a push. Never fails. */
async function publish(speaker: Speaker, draft: Draft, audience: Audience, message: Message): Promise<void> {
  const { to, ack, push } = draft;
  const { app, connectionId } = speaker;
  const { senderView, recipients, pushes, speakerConnections } = audience;
  const current = speakerConnections.find((device) => device.connectionId === connectionId);
  const delivery = {
    app,
    event: messageEvent(message, senderView),
    priority: 'message' as const,
    ...(pushes && { push: push ?? {} }),
  };
  await Promise.all([
    ack !== undefined && deliver([current ?? { owner: speaker, connectionId }], ackEvent(message, ack)),
    fanOut(delivery, recipients, async (users) => {
      if (pushes) await enqueuePush(users, { app, event: messageView(message, senderView), push });
    }).catch((error) => logger.error('A message was not delivered to all', { error })),
    deliver(
      speakerConnections.filter((device) => device !== current),
      yourselfEvent(message, to),
    ),
  ]);
}

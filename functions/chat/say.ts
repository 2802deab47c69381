import type * as z from 'zod/mini';
import type { LoginProof } from '../auth/auth-payload.ts';
import { checkProof } from '../auth/login.ts';
import { enqueuePush } from '../jobs/push-enqueue.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { addLogContext } from '../observe/observed.ts';
import { METRIC } from '../shared/constants.ts';
import { checkContent } from '../shared/content.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { messageId } from '../shared/message-id.ts';
import { parse } from '../shared/parse.ts';
import { type Principal, parseId } from '../shared/principal.ts';
import { TYPE, type Type } from '../shared/wire.ts';
import { connectionOwner } from '../store/connections.ts';
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

/** A sender and the connection that they use. */
export interface Speaker extends Principal {
  readonly connectionId: string;
}

/** How a `say` arrived. */
export interface Arrival {
  /** When it reached the gateway, epoch ms. */
  readonly ts: number;
  /** Its Socket.IO packet id, if any. */
  readonly packetId: number | undefined;
  /** What the login in the URL rests on, if there is one. */
  readonly proof: LoginProof | undefined;
}

export interface SayResult {
  readonly id: string;
  readonly ts: number;
  /** The `ack` number of the message, if any. */
  readonly ack?: number;
  /**
   * Resolves when all online receivers have the message and pushes to offline receivers are enqueued. Never rejects.
   */
  readonly delivered: Promise<void>;
}

/** A validated `say`, before permission checks. */
interface Draft {
  readonly to: { readonly id: string; readonly type: Type };
  readonly content: Message['content'];
  readonly remark: string | undefined;
  readonly ack: number | undefined;
  readonly push: z.output<typeof SayInput>['push'];
}

/**
 * Handles `say`. Stores the message and sends it to all devices of the receivers (`message`) and to the sender's other
 * devices (`yourself`). If the message has an ack number, this device gets `ack`. Returns after the write, while
 * delivery continues.
 * @throws ChatError 5001, 5003, 5004 or 5010: then nothing was stored or sent
 */
export async function say(speaker: Speaker, input: unknown, arrival: Arrival): Promise<SayResult> {
  const draft = readDraft(speaker, input);
  const { ack } = draft;
  const audience = await admit(speaker, draft.to.id, draft.to.type);
  await checkSession(speaker, audience, arrival);
  const message = await store(speaker, draft, audience, arrival);
  const delivered = publish(speaker, draft, audience, message);
  return { id: message.id, ts: message.ts, ...(ack !== undefined && { ack }), delivered };
}

export const notLoggedIn = () =>
  new ChatError(ERROR.notAuthorised, 'No user is logged in on this connection; join /chat first');

/**
 * Refuses a message after the end of the session. Only the frames of a connection that has just opened or closed need a
 * read for this. If a frame is handled before the join, its credentials in the URL are checked again.
 * @throws ChatError 5003
 */
async function checkSession(speaker: Speaker, { speakerConnections }: Audience, { ts, proof }: Arrival): Promise<void> {
  const { connectionId } = speaker;
  if (speakerConnections.some((device) => device.connectionId === connectionId)) return;
  const owner = await connectionOwner(connectionId);
  if (owner === 'ended' || !(owner || proof)) throw notLoggedIn();
  if (!owner && proof) await checkProof(speaker, proof, ts);
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
      ? [
          recordContact(speaker, to.id, { ts, direction: 'sent' }),
          recordContact({ ...speaker, id: to.id }, speaker.id, { ts, direction: 'received' }),
        ]
      : []),
  ]);
  addLogContext({ message_id: message.id });
  count(COUNTED_AS[conversation?.kind ?? 'room']);
  return message;
}

/** Resolves when all online receivers have the message and pushes to offline receivers are enqueued. Never rejects. */
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
    }).catch((error) => logger.error('Message delivery incomplete', { error })),
    deliver(
      speakerConnections.filter((device) => device !== current),
      yourselfEvent(message, to),
    ),
  ]);
}

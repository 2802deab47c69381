import type * as z from 'zod/mini';
import type { LoginProof } from '../auth/auth-payload.ts';
import { enqueuePush } from '../jobs/push-enqueue.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { addLogContext } from '../observe/observed.ts';
import { METRIC } from '../shared/constants.ts';
import { checkContent } from '../shared/content.ts';
import { messageId, timeOf } from '../shared/message-id.ts';
import { parse } from '../shared/parse.ts';
import { type Principal, parseId } from '../shared/principal.ts';
import { TYPE, type Type } from '../shared/wire.ts';
import { type Claim, claimMessageId } from '../store/claims.ts';
import { recordContact } from '../store/contacts.ts';
import type { Conversation } from '../store/conversations.ts';
import { lookup } from '../store/dynamo.ts';
import { COUNTED_ONCE_MS } from '../store/heads.ts';
import { storeClaimed, storeMessage } from '../store/message-writes.ts';
import { messageWithId } from '../store/messages.ts';
import type { Message, Readable } from '../store/stored-message.ts';
import { type Audience, admit } from './audience.ts';
import { applyBannedWords, flagMessage } from './banned-words.ts';
import { checkSession } from './check-session.ts';
import { contactsOfConversation } from './contacts-of-conversation.ts';
import { decideOnMessage } from './decide.ts';
import { deliver } from './delivery.ts';
import { fanOut } from './fan-out.ts';
import { normalizeLegacyMessage } from './legacy-message.ts';
import { checkMentions } from './mentions.ts';
import { ackEvent, messageEvent, messageView, yourselfEvent } from './message-events.ts';
import { SayInput } from './say-input.ts';
import { noteRoomMessage } from './webhooks.ts';

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
  /** The client's id for the message, if any. */
  readonly cid?: string;
  /**
   * Resolves when all online receivers have the message and pushes to offline receivers are enqueued. Never rejects.
   */
  readonly delivered: Promise<void>;
}

/** A validated `say`, before permission checks. */
interface Draft {
  readonly to: { readonly id: string; readonly type: Type };
  readonly content: Readable['content'];
  readonly remark: string | undefined;
  readonly ack: number | undefined;
  readonly cid: string | undefined;
  /** Whether the speaker wants receipts of the members of a group. */
  readonly receipt: boolean;
  readonly reply: string | undefined;
  readonly mentions: Message['mentions'];
  readonly push: z.output<typeof SayInput>['push'];
}

/** A draft after the check for banned words. */
type CheckedDraft = Draft & { readonly flagged: readonly string[] };

/**
 * Handles `say`. Stores the message and sends it to all devices of the receivers (`message`) and to the sender's other
 * devices (`yourself`). If the message has an ack number, this device gets `ack`. Returns after the write, while
 * delivery continues. A repetition with the same client id gets the first answer again, and is not stored or delivered.
 * @throws ChatError 5001, 5003, 5004 or 5010: then nothing was stored or sent
 */
export async function say(speaker: Speaker, input: unknown, arrival: Arrival): Promise<SayResult> {
  const submitted = readDraft(speaker, input);
  const { ack, cid, to, mentions } = submitted;
  const audience = await admit(speaker, to.id, to.type);
  if (mentions) await checkMentions(mentions, audience);
  const { speakerConnections } = audience;
  await checkSession({ ...speaker, proof: arrival.proof }, speakerConnections, arrival.ts);
  // After the admission, which has read the settings of the application.
  const draft = await decideOnMessage(speaker, await applyBannedWords(speaker.app, submitted, 'say'));
  const { message, isNew, failure } = await store(speaker, draft, audience, arrival);
  if (failure !== undefined) {
    // The client repeats the message, which is delivered only now.
    if (isNew) await publish(speaker, { ...draft, ack: undefined }, audience, message);
    throw failure;
  }
  const delivered = isNew ? publish(speaker, draft, audience, message) : confirm(speaker, draft, audience, message);
  const { id, ts } = message;
  return { id, ts, ...(ack !== undefined && { ack }), ...(cid !== undefined && { cid }), delivered };
}

function readDraft(speaker: Speaker, input: unknown): Draft {
  const { to, content, remark, ack, cid, receipt, reply, mentions, push } = parse(
    SayInput,
    normalizeLegacyMessage(input),
    'say',
  );
  checkContent({ content, remark }, 'say');
  const type = speaker.kind === 'visitor' ? TYPE.friend : (to.type ?? TYPE.friend);
  const id = parseId(to.id, 'say.to.id');
  return {
    to: { id, type },
    content,
    remark: remark ?? undefined,
    ack: ack ?? undefined,
    cid: cid ?? undefined,
    receipt: type === TYPE.group && receipt === true,
    reply: reply ?? undefined,
    mentions: mentionedBy(speaker, mentions),
    push,
  };
}

/** The receivers whom a message mentions, each once. */
function mentionedBy(speaker: Speaker, mentions: z.output<typeof SayInput>['mentions']): Message['mentions'] {
  if (!mentions || mentions === 'all') return mentions ?? undefined;
  const others = new Set(mentions.map((id) => parseId(id, 'say.mentions')).filter((id) => id !== speaker.id));
  return others.size > 0 ? [...others] : undefined;
}

/** The message as it is stored, and whether this request must deliver it. */
interface Stored {
  readonly message: Readable;
  readonly isNew: boolean;
  /** Why the message is stored, but not completely. */
  readonly failure?: unknown;
}

async function store(
  speaker: Speaker,
  draft: CheckedDraft,
  { conversation }: Audience,
  arrival: Arrival,
): Promise<Stored> {
  const { to, content, remark, ack, cid, receipt, reply, mentions, push } = draft;
  const { packetId } = arrival;
  const fresh = messageId(arrival.ts, packetId ?? ack ?? 0);
  const { id, first } =
    cid === undefined
      ? ({ id: fresh, first: 'this' } as const)
      : await claimFor(speaker, cid, { id: fresh, to: `${to.type}#${to.id}` }, conversation, arrival.ts);
  const ts = timeOf(id);
  const message: Readable = {
    id,
    ts,
    speaker: speaker.id,
    content,
    ...(remark !== undefined && { remark }),
    ...(cid !== undefined && { cid }),
    ...(reply !== undefined && { reply }),
    ...(mentions !== undefined && { mentions }),
  };
  addLogContext({ message_id: id });
  if (first === 'other receiver') return { message, isNew: false };
  const keep = async () => {
    if (!conversation) return { isNew: true };
    const stored = { ...message, ...(push && { push }), ...(receipt && { receipt }) };
    if (cid !== undefined) return storeClaimed(conversation, stored, first !== 'this');
    await storeMessage(conversation, stored);
    return { isNew: true };
  };
  const [kept, ...contacts] = await Promise.allSettled([
    keep(),
    ...contactsOfConversation(speaker, to.id, conversation).map((contact) => recordContact(contact, ts)),
  ]);
  if (kept.status === 'rejected') throw kept.reason;
  if (kept.value.isNew && (conversation || to.type === TYPE.room)) count(COUNTED_AS[conversation?.kind ?? 'room']);
  const failed = contacts.find((contact) => contact.status === 'rejected');
  return { message, ...(failed && { failure: failed.reason }), ...kept.value };
}

/**
 * Claims the client id of a message. Replaces the claim of an attempt that died before it stored the message. Otherwise
 * receivers who are back online would miss the message, because they catch up by id.
 */
async function claimFor(
  speaker: Speaker,
  cid: string,
  fresh: { id: string; to: string },
  conversation: Conversation | undefined,
  now: number,
): Promise<Claim> {
  const claim = await claimMessageId(speaker, cid, fresh, now);
  if (!conversation || claim.first !== 'same receiver' || now - timeOf(claim.id) < COUNTED_ONCE_MS) return claim;
  const [stored] = await lookup([messageWithId(conversation, claim.id, now)], { consistent: true });
  return stored ? claim : claimMessageId(speaker, cid, { ...fresh, instead: claim.id }, now);
}

/** Resolves when all online receivers have the message and pushes to offline receivers are enqueued. Never rejects. */
async function publish(speaker: Speaker, draft: CheckedDraft, audience: Audience, message: Readable): Promise<void> {
  const { to, push, mentions } = draft;
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
    confirm(speaker, draft, audience, message),
    flagMessage(speaker, draft, message),
    noteRoomMessage(speaker, draft, message),
    fanOut(delivery, recipients, async (users) => {
      if (pushes) await enqueuePush(users, { app, event: messageView(message, senderView), push, mentions });
    }).catch((error) => logger.error('Message delivery incomplete', { error })),
    deliver(
      speakerConnections.filter((device) => device !== current),
      yourselfEvent(message, to),
    ),
  ]);
}

/** Sends `ack` to the device of the speaker, if it gave the message a number. Never rejects. */
async function confirm(
  speaker: Speaker,
  { ack }: Draft,
  { speakerConnections }: Audience,
  message: Message,
): Promise<void> {
  if (ack === undefined) return;
  const { connectionId } = speaker;
  const current = speakerConnections.find((device) => device.connectionId === connectionId);
  await deliver([current ?? { owner: speaker, connectionId }], ackEvent(message, ack));
}

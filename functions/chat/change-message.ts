import { ChatError, ERROR } from '../shared/errors.ts';
import { type ChatEvent, serverEvent } from '../shared/event.ts';
import { isUser, type Principal } from '../shared/principal.ts';
import { TYPE, type Type } from '../shared/wire.ts';
import type { App } from '../store/apps.ts';
import type { Conversation } from '../store/conversations.ts';
import { conversationWith, peerOf } from '../store/conversations-of.ts';
import { changeMessage } from '../store/message-changes.ts';
import type { Message, Reactions } from '../store/stored-message.ts';
import { applyBannedWords, flagMessage } from './banned-words.ts';
import { type Act, changeOf, type Rights } from './change-rules.ts';
import { contactsOfConversation } from './contacts-of-conversation.ts';
import { kindOf, seenAs } from './read.ts';

/** A message, and the conversation as its participant addresses it. */
export interface Target {
  readonly to: { readonly id: string; readonly type: Type };
  readonly id: string;
}

/** The events of a change: for the devices of the participant who made it, and for those of all others. */
export interface ChangeNotice {
  readonly own: ChatEvent;
  readonly others: ChatEvent;
  /** The other participant. Undefined in a group. */
  readonly peer: Principal | undefined;
}

/** What whoever changed a message learns. */
export interface ChangedMessage {
  readonly id: string;
  /** When the message last changed in this way, epoch ms. */
  readonly ts: number;
  /** All reactions, after a reaction. */
  readonly reactions?: Reactions;
}

/** The outcome of a change. */
export interface ChangeResult {
  readonly message: Message;
  readonly conversation: Conversation;
  readonly answer: ChangedMessage;
  /** Undefined when nothing changed. */
  readonly notice: ChangeNotice | undefined;
}

/**
 * Changes a message in the name of a participant, who must have access to the conversation.
 * @param actor the participant
 * @param rights what they may change besides their own messages
 * @param now epoch ms
 * @throws ChatError 5001 for a banned word; 5003, 5004, 5005, 5008 or 5009
 */
export async function applyAct(
  wanted: Act,
  actor: Principal,
  { to, id }: Target,
  rights: Pick<Rights, 'changesAll' | 'moderates'>,
  { editHours }: Pick<App, 'editHours'>,
  now: number,
): Promise<ChangeResult> {
  const { act, flagged } = rights.changesAll ? { act: wanted, flagged: [] } : await withoutBannedWords(actor, wanted);
  const kind = kindOf(actor, to.type);
  const conversation = conversationWith(actor, kind, to.id);
  // A visitor and a user can have the same id.
  const isUnique = kind === 'group' || to.id !== actor.id;
  const all = { ...rights, user: actor.id, isUnique, editHours };
  const { message, isChanged } = await changeMessage(
    conversation,
    id,
    (stored) => changeOf(act, stored, all, now),
    contactsOfConversation(actor, to.id, conversation),
    now,
  );
  if (isChanged && message.content) await flagMessage(actor, { to, flagged }, { ...message, content: message.content });
  const by = rights.changesAll ? undefined : actor.id;
  const event = (address: Target['to']) => eventOf(act, message, address, by);
  const peer = peerOf(actor, kind, to.id);
  const others = kind === 'group' ? to : { id: actor.id, type: seenAs(actor, kind) };
  // A visitor addresses all users as friends.
  const own = { id: to.id, type: isUser(actor) ? to.type : TYPE.friend };
  return {
    message,
    conversation,
    answer: {
      id,
      ts: timeOfChange(act, message),
      ...(act.kind === 'react' && { reactions: message.reactions ?? {} }),
    },
    notice: isChanged ? { own: event(own), others: event(others), peer } : undefined,
  };
}

/** The act with the banned words of the application applied to its text. */
async function withoutBannedWords(actor: Principal, act: Act): Promise<{ act: Act; flagged: readonly string[] }> {
  if (act.kind !== 'edit') return { act, flagged: [] };
  const { content, flagged } = await applyBannedWords(actor.app, { content: act.content }, 'edit');
  return { act: { ...act, content }, flagged };
}

const timeOfChange = ({ kind }: Act, { ts, edited, recalled, reacted }: Message): number =>
  ({ edit: edited, recall: recalled, react: reacted })[kind] ?? ts;

function eventOf(act: Act, message: Message, to: Target['to'], by: string | undefined): ChatEvent {
  const who = by === undefined ? {} : { by };
  switch (act.kind) {
    case 'edit':
      return editedEvent(message, to, who);
    case 'recall':
      return recalledEvent(message, to, who);
    case 'react': {
      const { reaction, remove } = act;
      return reactionEvent(message, to, { ...who, reaction, ...(remove && { remove }) });
    }
  }
}

function editedEvent({ id, speaker, content, edited, ts }: Message, to: Target['to'], who: object = {}): ChatEvent {
  if (!content) throw new ChatError(ERROR.notFound, `id: the message ${id} was recalled`);
  return serverEvent('edited', { to, id, speaker, content, edited: edited ?? ts, ...who });
}

/** `recalled`. */
export function recalledEvent({ id, speaker, recalled, ts }: Message, to: Target['to'], who: object = {}): ChatEvent {
  return serverEvent('recalled', { to, id, speaker, recalled: recalled ?? ts, ...who });
}

function reactionEvent(
  { id, speaker, reactions, reacted, ts }: Message,
  to: Target['to'],
  how: object = {},
): ChatEvent {
  return serverEvent('reaction', { to, id, speaker, reactions: reactions ?? {}, reacted: reacted ?? ts, ...how });
}

/** The events of the changes of a message since a time, for a participant who may have missed them. */
export function missedChanges(message: Message, to: Target['to'], since: number): ChatEvent[] {
  if (message.recalled !== undefined) return [recalledEvent(message, to)];
  return [
    ...((message.edited ?? 0) >= since ? [editedEvent(message, to)] : []),
    ...((message.reacted ?? 0) >= since ? [reactionEvent(message, to)] : []),
  ];
}

import type { ChatEvent } from '../shared/event.ts';
import { isUser, type Principal } from '../shared/principal.ts';
import { TYPE, type Type } from '../shared/wire.ts';
import type { App } from '../store/apps.ts';
import { moderatesGroup } from '../store/communities.ts';
import type { Conversation } from '../store/conversations.ts';
import { conversationWith, peerOf } from '../store/conversations-of.ts';
import { changeMessage } from '../store/message-changes.ts';
import type { Message, Reactions } from '../store/stored-message.ts';
import { type Audience, admit } from './audience.ts';
import { applyBannedWords, flagMessage } from './banned-words.ts';
import { eventOf } from './change-events.ts';
import { type Act, changeOf, type Rights } from './change-rules.ts';
import { contactsOfConversation } from './contacts-of-conversation.ts';
import { decideOnMessage } from './decide.ts';
import { kindOf, seenAs } from './read.ts';

/** A message, and the conversation as its participant addresses it. */
export interface Target {
  readonly to: { readonly id: string; readonly type: Type };
  readonly id: string;
}

/** A change that was made, with its events: for the devices of the participant who made it, and for those of all others. */
export interface ChangeNotice {
  readonly message: Message;
  readonly conversation: Conversation;
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
  readonly answer: ChangedMessage;
  /** Undefined when nothing changed. */
  readonly notice: ChangeNotice | undefined;
}

/** Finds the audience of a change. A member who is muted may still recall messages. @throws ChatError as {@link admit} */
export const admitAct = ({ kind }: Act, actor: Principal, { to }: Target): Promise<Audience> =>
  admit(actor, to.id, to.type, kind === 'recall');

/**
 * Changes a message in the name of a participant.
 * @param audience the result of {@link admitAct}
 * @param now epoch ms
 * @throws ChatError as {@link applyAct}
 */
export async function actAsParticipant(
  act: Act,
  actor: Principal,
  target: Target,
  { head, isDropped }: Audience,
  app: Pick<App, 'editHours'>,
  now: number,
): Promise<ChangeResult> {
  if (isDropped) return { answer: droppedAnswer(act, actor, target, now), notice: undefined };
  const moderates = head !== undefined && moderatesGroup(head, actor.id);
  return applyAct(act, actor, target, { changesAll: false, moderates }, app, now);
}

/** The answer to a user whom the receiver blocks without their knowledge. The message does not change. */
function droppedAnswer(act: Act, { id: user }: Principal, { id }: Target, ts: number): ChangedMessage {
  if (act.kind !== 'react') return { id, ts };
  return { id, ts, reactions: act.remove ? {} : { [act.reaction]: [user] } };
}

/**
 * Changes a message, whose conversation the participant must have access to.
 * @param actor the participant, also when the master key acts in their name
 * @param rights what they may change besides their own messages
 * @param now epoch ms
 * @throws ChatError 5001 for a banned word; 5003, also when a webhook refuses; 5004, 5005, 5008 or 5009
 */
export async function applyAct(
  wanted: Act,
  actor: Principal,
  { to, id }: Target,
  rights: Pick<Rights, 'changesAll' | 'moderates'>,
  { editHours }: Pick<App, 'editHours'>,
  now: number,
): Promise<ChangeResult> {
  const { act, flagged } = rights.changesAll
    ? { act: wanted, flagged: [] }
    : await decideOnText(wanted, actor, { to, id });
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
    answer: {
      id,
      ts: timeOfChange(act, message),
      ...(act.kind === 'react' && { reactions: message.reactions ?? {} }),
    },
    notice: isChanged ? { message, conversation, own: event(own), others: event(others), peer } : undefined,
  };
}

/** An edit after banned words and webhooks, which decide on it as on a new message. */
async function decideOnText(
  act: Act,
  actor: Principal,
  { to, id }: Target,
): Promise<{ act: Act; flagged: readonly string[] }> {
  if (act.kind !== 'edit') return { act, flagged: [] };
  const clean = await applyBannedWords(actor.app, { content: act.content }, 'edit');
  const { content, flagged } = await decideOnMessage(actor, { ...clean, to, remark: undefined, edits: id });
  return { act: { ...act, content }, flagged };
}

const timeOfChange = ({ kind }: Act, { ts, edited, recalled, reacted }: Message): number =>
  ({ edit: edited, recall: recalled, react: reacted })[kind] ?? ts;

import { ChatError, ERROR, Forbidden } from '../shared/errors.ts';
import type { MessageChange } from '../store/message-changes.ts';
import { type Content, DELETED_USER, type Message, type Reactions } from '../store/stored-message.ts';

const HOUR_MS = 60 * 60 * 1000;

/** Maximum kinds of reactions to one message, reactions in total, and their size as JSON in bytes. */
const MAX_KINDS = 20;
const MAX_REACTIONS = 200;
const REACTION_BYTES = 10 * 1024;

/** What a participant does to a message. */
export type Act =
  | { readonly kind: 'edit'; readonly content: Content }
  | { readonly kind: 'recall' }
  | { readonly kind: 'react'; readonly reaction: string; readonly remove: boolean };

/** The rights of those who change a message. */
export interface Rights {
  readonly user: string;
  /** Whether they may change what others wrote: with the master key. */
  readonly changesAll: boolean;
  /** Whether they may recall what others wrote: as the owner or an admin of the group. */
  readonly moderates: boolean;
  /** Whether the speaker of a message can be told from the other participant. */
  readonly isUnique: boolean;
  readonly editHours: number;
}

/**
 * The change of a message. Undefined if there is nothing to change: the message is as wanted, or has a later edit.
 * @throws ChatError 5003 when the user may not change it, 5004 after a recall, 5008 with too many reactions
 */
export function changeOf(act: Act, message: Message, rights: Rights, now: number): MessageChange | undefined {
  switch (act.kind) {
    case 'recall':
      checkRights(act.kind, message, rights, now);
      return message.recalled === undefined ? recallAt(now) : undefined;
    case 'edit':
      checkRights(act.kind, message, rights, now);
      checkPresent(message);
      return edited(message, act.content, now);
    case 'react':
      checkPresent(message);
      return reacted(message, act, rights.user, now);
  }
}

/** What remains of a message: its speaker and the client's id for it. */
const recallAt = (now: number): MessageChange => ({
  recalled: now,
  content: undefined,
  remark: undefined,
  reply: undefined,
  mentions: undefined,
  edited: undefined,
  reacted: undefined,
  reactions: undefined,
  push: undefined,
  receipt: undefined,
});

function checkPresent({ id, recalled }: Message): void {
  if (recalled !== undefined) throw new ChatError(ERROR.notFound, `id: the message ${id} was recalled`);
}

function checkRights(act: 'edit' | 'recall', { speaker, ts }: Message, rights: Rights, now: number): void {
  const { user, changesAll, moderates, isUnique, editHours } = rights;
  if (changesAll || (act === 'recall' && moderates)) return;
  // In some applications, anybody can have the id of the speaker of anonymised messages.
  const isOwn = speaker === user && speaker !== DELETED_USER;
  if (!isOwn || !isUnique) throw new Forbidden(`id: ${user} may only ${act} their own messages`);
  if (now - ts > editHours * HOUR_MS)
    throw new Forbidden(`id: the message is too old; users may ${act} their messages for ${editHours} hours`);
}

function edited(message: Message, content: Content, now: number): MessageChange | undefined {
  const { edited = 0, content: present } = message;
  const isSame = present?.media === content.media && present.body === content.body;
  // Frames of one connection can be handled in another order.
  return isSame || now < edited ? undefined : { content, edited: Math.max(now, edited + 1) };
}

function reacted(
  { id, reactions = {}, reacted = 0 }: Message,
  { reaction, remove }: { readonly reaction: string; readonly remove: boolean },
  user: string,
  now: number,
): MessageChange | undefined {
  const present = Object.hasOwn(reactions, reaction) ? (reactions[reaction] ?? []) : [];
  if (present.includes(user) !== remove) return undefined;
  const users = remove ? present.filter((other) => other !== user) : [...present, user];
  const { [reaction]: _, ...others } = reactions;
  const next: Reactions = remove && users.length === 0 ? others : { ...reactions, [reaction]: users };
  if (!remove) checkNumber(id, next);
  const isEmpty = Object.keys(next).length === 0;
  return { reactions: isEmpty ? undefined : next, reacted: Math.max(now, reacted + 1) };
}

function checkNumber(id: string, reactions: Reactions): void {
  const all = Object.values(reactions);
  const total = all.reduce((sum, users) => sum + users.length, 0);
  const bytes = Buffer.byteLength(JSON.stringify(reactions));
  if (all.length <= MAX_KINDS && total <= MAX_REACTIONS && bytes <= REACTION_BYTES) return;
  throw new ChatError(
    ERROR.memberLimit,
    `reaction: the message ${id} has too many; at most ${MAX_REACTIONS} of ${MAX_KINDS} kinds, in ${REACTION_BYTES} bytes, are allowed`,
  );
}

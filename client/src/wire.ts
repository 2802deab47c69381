import { TYPE } from './generated/codes.ts';
import type { MessageEvent, ReadEvent, Say, SysEvent, YourselfEvent } from './generated/events.ts';
import type { Message as StoredMessage } from './generated/routes.ts';
import { type Kind, MEDIA, type Message, mediaOf, type SystemMessage } from './model.ts';
import type { Item } from './outbox.ts';

/** Conversions between messages of the protocol and of the client. */

export interface Address {
  readonly kind: Kind;
  readonly id: string;
}

const KINDS: readonly Kind[] = ['friend', 'group', 'room', 'visitor', 'stranger'];

export const kindOf = (type: number): Kind => KINDS[type] ?? 'friend';

/** The conversation of a message or receipt from others. */
export const addressOf = ({ id, type, gid }: NonNullable<ReadEvent['from']>): Address => ({
  kind: kindOf(type),
  id: gid ?? id,
});

export const wireAddress = ({ kind, id }: Address): Say['to'] => ({ id, type: TYPE[kind] });

interface Stored
  extends Pick<StoredMessage, 'id' | 'ts' | 'content' | 'cid'>,
    Pick<Message, 'remark' | 'reply' | 'mentions' | 'edited' | 'recalled' | 'reactions' | 'reacted'> {}

function message(stored: Stored, { kind, id: to }: Address, from: string, mine: boolean): Message {
  const { id, content, ts, cid } = stored;
  return {
    key: cid !== undefined && mine ? cid : id,
    id,
    ...(cid !== undefined && mine && { cid }),
    ...{ kind, to, from, mine, media: mediaOf(content?.media ?? 0), body: content?.body ?? '', ts },
    status: 'sent',
    ...given(stored, MORE),
  };
}

/** What a message can have in addition. */
const MORE = ['remark', 'reply', 'mentions', 'edited', 'recalled', 'reactions', 'reacted'] as const;

/** Those of some members that an object has. */
export function given<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  const entries = names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]]));
  return Object.fromEntries(entries);
}

export const receivedMessage = (event: MessageEvent, me: string): Message => ({
  ...message(event, addressOf(event.from), event.from.id, false),
  ...((event.mentions === 'all' || event.mentions?.includes(me)) && { isMention: true }),
});

export const ownMessage = (event: YourselfEvent, me: string, isVisitor: boolean): Message =>
  // A visitor chats with users only, and sees all of them as friends.
  message(event, { kind: isVisitor ? 'friend' : kindOf(event.to.type), id: event.to.id }, me, true);

export const storedMessage = (stored: StoredMessage, address: Address, me: string): Message =>
  message(stored, address, stored.speaker, stored.speaker === me);

export const systemMessage = ({ content, ...others }: SysEvent): SystemMessage => ({
  ...others,
  media: mediaOf(content.media),
  body: content.body,
});

/** The message of an item of the outbox. */
export function unsentMessage(item: Item, me: string): Message {
  const { cid, kind, to, media, body = '', ts } = item;
  return {
    ...{ key: cid, cid, kind, to, from: me, mine: true, media, body, ts, status: 'sending' },
    ...given(item, ['remark', 'reply', 'mentions']),
  };
}

export function sayOf(item: Item): Say {
  const { cid, kind, to, media, body = '', mentions, receipt } = item;
  return {
    to: wireAddress({ kind, id: to }),
    content: { media: MEDIA.indexOf(media), body },
    cid,
    ...given(item, ['remark', 'reply', 'push']),
    ...(mentions && { mentions: mentions === 'all' ? mentions : [...mentions] }),
    ...(receipt && { receipt }),
  };
}

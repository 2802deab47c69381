import type { MacawError } from './errors.ts';
import type { TYPE } from './generated/codes.ts';
import type { Say } from './generated/events.ts';
import type { Status } from './machine.ts';

/** What a conversation is with. */
export type Kind = keyof typeof TYPE;

/**
 * `text` can also be the URL of a file of another type, whose name is then in `remark`. `custom` is JSON of the app,
 * `location` the JSON of `{lat, lng, name?}`.
 */
export type Media = 'text' | 'image' | 'audio' | 'video' | 'custom' | 'location';

/** A place on a map. */
export interface Location {
  readonly lat: number;
  readonly lng: number;
  readonly name?: string;
}

/** How offline receivers are notified. */
export type Push = NonNullable<Say['push']>;

/** The users whom a message mentions, or all members. */
export type Mentions = readonly string[] | 'all';

/** A message of a conversation. Objects never change: a new state is a new object with the same `key`. */
export interface Message {
  /** Stays the same from `sending` to `sent`. Use it as the key of a list. */
  readonly key: string;
  /** The id that the server gave. Ids sort like the conversation. Missing until the message is sent. */
  readonly id?: string;
  /** The id that the client gave; only own messages have it. */
  readonly cid?: string;
  readonly kind: Kind;
  /** The other participant, or the group or room. */
  readonly to: string;
  /** The user or visitor who wrote it. */
  readonly from: string;
  readonly mine: boolean;
  readonly media: Media;
  /** The text, the URL of the file, or JSON. Empty after a recall. */
  readonly body: string;
  readonly remark?: string;
  /** The id of the message that it answers. */
  readonly reply?: string;
  /** The receivers whom it mentions. */
  readonly mentions?: Mentions;
  /** Whether it mentions this user. */
  readonly isMention?: boolean;
  /** When it was edited or recalled, and when its reactions changed: epoch milliseconds. */
  readonly edited?: number;
  readonly recalled?: number;
  readonly reacted?: number;
  /** The users who reacted, by reaction. */
  readonly reactions?: Readonly<Record<string, readonly string[]>>;
  /** Epoch milliseconds; of the client until the message is sent. */
  readonly ts: number;
  readonly status: 'sending' | 'sent' | 'failed';
  /** Why it failed. `retry` and `discard` of the conversation decide what happens to it. */
  readonly error?: MacawError;
  /** How much of the file was uploaded, 0 to 1. */
  readonly progress?: number;
}

/** A message from the application. The server does not store it. */
export interface SystemMessage {
  readonly id: string;
  readonly media: Media;
  readonly body: string;
  readonly remark?: string;
  readonly ts: number;
}

/** What a client knows about a conversation. */
export interface ConversationState {
  /** `kind:id`. */
  readonly key: string;
  readonly kind: Kind;
  readonly id: string;
  /** The known messages without gaps, oldest first. Unsent messages are at the end. */
  readonly messages: readonly Message[];
  /** Whether `messages` begins with the first message of the conversation. */
  readonly complete: boolean;
  readonly last?: Message;
  /** Messages of others that this user has not read; exact up to 999. */
  readonly unread: number;
  /** Whether an unread message mentions this user. */
  readonly mentioned?: boolean;
  /** The others who are writing. */
  readonly typing: readonly string[];
  /** Whether only mentions are pushed to this user. */
  readonly muted: boolean;
  /** Whether this user wants it first in the list. */
  readonly pinned: boolean;
  /** How far this user has read, if this client knows it: the id of a message. */
  readonly read?: string;
  /** The server has counted the unread messages up to this one. */
  readonly counted?: string;
  /** How far others have read: the id of a message, by user. */
  readonly receipts: Readonly<Record<string, string>>;
}

/** What a client knows. A snapshot never changes. */
export interface State {
  readonly status: Status;
  /** Why the login was refused, or why the last attempt to connect failed. */
  readonly error?: MacawError;
  /** The id of the user or visitor, after the first login. */
  readonly me?: string;
  /** All conversations with messages: first those that are pinned, each part the latest first. */
  readonly conversations: readonly ConversationState[];
  /** The same and empty ones, by `kind:id`. */
  readonly byKey: Readonly<Record<string, ConversationState>>;
  readonly friends: readonly string[];
  /** Who is online: friends, and users who announce themselves to everybody. */
  readonly online: Readonly<Record<string, boolean>>;
}

export const MEDIA: readonly Media[] = ['text', 'image', 'audio', 'video', 'custom', 'location'];

export const mediaOf = (media: number): Media => MEDIA[media] ?? 'text';

export const keyOf = (kind: Kind, id: string) => `${kind}:${id}`;

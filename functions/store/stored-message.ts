import * as z from 'zod/mini';

/**
 * `media`: 0 text, 1 image, 2 audio, 3 video, 4 custom JSON, 5 location. `body`: the text, the URL of the upload, or the
 * JSON.
 */
const Content = z.object({ media: z.number(), body: z.string() });
export type Content = z.output<typeof Content>;

/** The speaker of the messages of deleted users. */
export const DELETED_USER = 'deleted-user';

/** The users who reacted, by reaction. */
const Reactions = z.record(z.string(), z.array(z.string()));
export type Reactions = z.output<typeof Reactions>;

/** A stored message without its id. */
export const StoredMessage = z.object({
  speaker: z.string(),
  /** Undefined when the message was recalled. */
  content: z.optional(Content),
  remark: z.optional(z.string()),
  /** The client's id for the message. */
  cid: z.optional(z.string()),
  /** The id of the message that this one answers. */
  reply: z.optional(z.string()),
  /** The members whom the message mentions. */
  mentions: z.optional(z.union([z.literal('all'), z.array(z.string())])),
  /** When the content, or the reactions, last changed, and when the message was recalled. Epoch ms; they only grow. */
  edited: z.optional(z.number()),
  reacted: z.optional(z.number()),
  recalled: z.optional(z.number()),
  reactions: z.optional(Reactions),
});

export interface Message extends z.output<typeof StoredMessage> {
  /** Unique in its conversation. Ids sort in message order. */
  readonly id: string;
  /** When the message reached the gateway, epoch ms. */
  readonly ts: number;
}

/** Whether a user is the speaker of a message, mentioned, or among those who reacted. */
export const namesUser = ({ speaker, mentions = [], reactions = {} }: Message, user: string): boolean =>
  speaker === user ||
  (mentions !== 'all' && mentions.includes(user)) ||
  Object.values(reactions).some((users) => users.includes(user));

/** A message that was not recalled. */
export type Readable = Message & { readonly content: Content };

export const isReadable = <M extends Message>(message: M): message is M & Readable => message.content !== undefined;

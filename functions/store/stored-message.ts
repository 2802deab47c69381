import * as z from 'zod/mini';

/** `media`: 0 text, 1 image, 2 audio, 3 video. `body`: the text, or the URL of the upload. */
const Content = z.object({ media: z.number(), body: z.string() });

/** A stored message without its id. */
export const StoredMessage = z.object({
  speaker: z.string(),
  content: Content,
  remark: z.optional(z.string()),
  /** The client's id for the message. */
  cid: z.optional(z.string()),
});

export interface Message extends z.output<typeof StoredMessage> {
  /** Unique in its conversation. Ids sort in message order. */
  readonly id: string;
  /** When the message reached the gateway, epoch ms. */
  readonly ts: number;
}

import * as z from 'zod/mini';
import { ChatError, ERROR } from './errors.ts';

/**
 * Maximum bytes of content and remark as JSON. A page of 100 messages fits into one response, and one message fits into
 * a gateway frame.
 */
const CONTENT_BYTES = 28 * 1024;
const REMARK_BYTES = 2 * 1024;

const word = z.optional(z.nullable(z.string()));

/** How offline receivers are notified of a message. Source: the `push` object of MaxIM clients. */
export const Push = z.object({
  enable: z.optional(z.nullable(z.boolean())),
  /** A sound file in the app, or `default`. */
  sound: z.optional(z.nullable(z.string().check(z.maxLength(128)))),
  prefix: word,
  suffix: word,
  overwrite: word,
  badge: z.optional(z.nullable(z.int().check(z.minimum(0)))),
  contentAvailable: z.optional(z.nullable(z.boolean())),
  /** The notification channel of the app on Android. */
  channelId: z.optional(z.nullable(z.string().check(z.minLength(1), z.maxLength(128)))),
});

/** A message from any sender: the content, and how offline receivers are notified. */
export const MessageInput = z.object({
  content: z.object({ media: z._default(z.int().check(z.minimum(0), z.maximum(3)), 0), body: z.string() }),
  remark: word,
  push: z.optional(z.nullable(Push)),
});

/** @throws ChatError 5010 when content or remark is too long; `what` is the name of the parent parameter */
export function checkContent(
  { content, remark }: Pick<z.output<typeof MessageInput>, 'content' | 'remark'>,
  what: string,
): void {
  checkLength(content, CONTENT_BYTES, `${what}.content`);
  checkLength(remark ?? '', REMARK_BYTES, `${what}.remark`);
}

function checkLength(value: unknown, limit: number, what: string): void {
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > limit)
    throw new ChatError(ERROR.tooLong, `${what}: ${bytes} bytes as JSON; at most ${limit} are allowed`);
}

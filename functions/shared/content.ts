import * as z from 'zod/mini';
import { ChatError, ERROR } from './errors.ts';

/** Bytes of a content's and a remark's JSON: a hundred of them fit in one answer, and one fits in a gateway frame. */
const CONTENT_BYTES = 28 * 1024;
const REMARK_BYTES = 2 * 1024;

const word = z.optional(z.nullable(z.string()));

/** How receivers who are offline are told of a message. Source: the MaxIM clients' `push`. */
export const Push = z.object({
  enable: z.optional(z.nullable(z.boolean())),
  /** A sound file in the app, or `default`. */
  sound: z.optional(z.nullable(z.string().check(z.maxLength(128)))),
  prefix: word,
  suffix: word,
  overwrite: word,
  badge: z.optional(z.nullable(z.int().check(z.minimum(0)))),
  contentAvailable: z.optional(z.nullable(z.boolean())),
});

/** What is said, by whomever: the content, and how receivers who are offline are told. */
export const MessageInput = z.object({
  content: z.object({ media: z._default(z.int().check(z.minimum(0), z.maximum(3)), 0), body: z.string() }),
  remark: word,
  push: z.optional(z.nullable(Push)),
});

/** @throws ChatError 5010 when content or remark are too long; `what` names what they are part of */
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
    throw new ChatError(ERROR.tooLong, `${what} takes ${bytes} bytes as JSON; at most ${limit} are allowed`);
}

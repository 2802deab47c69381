import * as z from 'zod/mini';
import { tryParseJson } from '../protocol/index.ts';
import { ChatError, ERROR } from './errors.ts';
import { MAX_MEDIA, MEDIA } from './wire.ts';

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
  content: z
    .object({ media: z._default(z.int().check(z.minimum(0), z.maximum(MAX_MEDIA)), 0), body: z.string() })
    .check(checkJsonBody),
  remark: word,
  push: z.optional(z.nullable(Push)),
});

const Location = z.object({
  lat: z.number().check(z.minimum(-90), z.maximum(90)),
  lng: z.number().check(z.minimum(-180), z.maximum(180)),
  name: z.optional(z.string().check(z.maxLength(256))),
});

/** Checks the body of media whose body is JSON text. */
function checkJsonBody({ value: { media, body }, issues }: z.core.ParsePayload<{ media: number; body: string }>): void {
  const refuse = (message: string) => issues.push({ code: 'custom', path: ['body'], message, input: body });
  if (media !== MEDIA.custom && media !== MEDIA.location) return;
  const json = tryParseJson(body);
  if (media === MEDIA.custom && json === undefined) refuse('expected JSON text for media 4');
  if (media === MEDIA.location && !Location.safeParse(json).success) {
    refuse('expected JSON text {"lat": -90 to 90, "lng": -180 to 180, "name"?: at most 256 characters} for media 5');
  }
}

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

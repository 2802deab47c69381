import { ChatError, ERROR } from '../shared/errors.ts';

/** `type/subtype`, in the characters of RFC 6838. */
const TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/;

/**
 * The media type of a Content-Type, in lower case and without parameters.
 * @throws ChatError 5001
 */
export function mediaType(text: string): string {
  const type = text.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!TYPE.test(type)) {
    throw new ChatError(ERROR.badParameter, 'contentType must be a media type such as image/jpeg');
  }
  return ALIASES.get(type) ?? type;
}

/** Names that clients use for other media types. */
const ALIASES = new Map([['image/jpg', 'image/jpeg']]);

/** What files are that come from clients which do not say so, by how their names end. */
const ENDINGS = new Map(
  Object.entries({
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    png: 'image/png',
    gif: 'image/gif',
    webp: 'image/webp',
    m4a: 'audio/mp4',
    mp3: 'audio/mpeg',
    amr: 'audio/amr',
    mp4: 'video/mp4',
    mov: 'video/quicktime',
  }),
);

const UNKNOWN = 'application/octet-stream';

/** What clients send that do not know the type; `text/plain` is also how a form says nothing (RFC 7578, 4.4). */
const VAGUE = new Set([UNKNOWN, 'text/plain']);

/**
 * The media type of a file in a form. If the client gives none, a vague one, or a wildcard (`image/*`), the name decides.
 * @throws ChatError 5001
 */
export function mediaTypeOf({ name, type }: { name: string; type: string }): string {
  const isWildcard = /^([\w.+-]+|\*)\/\*\s*(;|$)/.test(type);
  const given = mediaType(isWildcard ? UNKNOWN : type || UNKNOWN);
  const ending = name.split('.').at(-1)?.toLowerCase() ?? '';
  return (VAGUE.has(given) && ENDINGS.get(ending)) || given;
}

import { ChatError, ERROR } from '../shared/errors.ts';

/** `type/subtype`, with the characters of RFC 6838. */
const TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/;

/**
 * Returns the media type of a Content-Type, in lower case and without parameters.
 * @throws ChatError 5001
 */
export function mediaType(text: string): string {
  const type = text.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!TYPE.test(type)) {
    throw new ChatError(ERROR.badParameter, 'contentType: expected a media type such as image/jpeg');
  }
  return ALIASES.get(type) ?? type;
}

/** Alternative names that clients send. */
const ALIASES = new Map([['image/jpg', 'image/jpeg']]);

/** Media types by file extension, for clients that send no type. */
const EXTENSIONS = new Map(
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

/** Types that clients send for unknown files. `text/plain` is also the default in a form (RFC 7578, 4.4). */
const VAGUE = new Set([UNKNOWN, 'text/plain']);

/**
 * Returns the media type of a file in a form. If the type is missing, vague or a wildcard (`image/*`), the file
 * extension decides.
 * @throws ChatError 5001
 */
export function mediaTypeOf({ name, type }: { name: string; type: string }): string {
  const isWildcard = /^([\w.+-]+|\*)\/\*\s*(;|$)/.test(type);
  const given = mediaType(isWildcard ? UNKNOWN : type || UNKNOWN);
  const extension = name.split('.').at(-1)?.toLowerCase() ?? '';
  return (VAGUE.has(given) && EXTENSIONS.get(extension)) || given;
}

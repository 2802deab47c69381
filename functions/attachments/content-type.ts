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
  return type;
}

/** What files are that come from clients which do not say so, by how their names end. */
const ENDINGS: Record<string, string> = {
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
};

const UNKNOWN = 'application/octet-stream';

/** What clients say who do not know; `text/plain` is also how a form says nothing (RFC 7578, 4.4). */
const VAGUE = new Set([UNKNOWN, 'text/plain']);

/**
 * The media type of a file in a form: what the client says, or what the file's name suggests.
 * @throws ChatError 5001
 */
export function mediaTypeOf({ name, type }: { name: string; type: string }): string {
  const said = mediaType(type || UNKNOWN);
  const ending = name.split('.').at(-1)?.toLowerCase() ?? '';
  return VAGUE.has(said) && Object.hasOwn(ENDINGS, ending) ? (ENDINGS[ending] ?? said) : said;
}

/**
 * Maximum size of a response body. Lambda allows 6 MB of JSON, which contains the body as a string. The body is JSON
 * too, so each of its quotes is escaped.
 */
const BODY_BYTES = 5.5 * 1024 * 1024;

/**
 * Maximum size of the last messages in a list. Above it, entries omit their last message, so that the list stays
 * complete.
 */
const RECENT_BYTES = 4 * 1024 * 1024;

/** Size of a value in a response body, in bytes. */
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(JSON.stringify(value) ?? ''));

/** Returns the first entries of a list, up to the size limit of a response. */
export function fitting<T>(list: readonly T[]): readonly T[] {
  let bytes = 0;
  for (const [n, entry] of list.entries()) {
    bytes += bytesOf(entry);
    if (bytes > BODY_BYTES) return list.slice(0, n);
  }
  return list;
}

/** Returns the last messages of the entries of a list. Messages above the size limit become undefined. */
export function fittingRecent<T>(messages: readonly (T | undefined)[]): (T | undefined)[] {
  let bytes = 0;
  return messages.map((message) => {
    const size = message === undefined ? 0 : bytesOf(message);
    if (bytes + size > RECENT_BYTES) return undefined;
    bytes += size;
    return message;
  });
}

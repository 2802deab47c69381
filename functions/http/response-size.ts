/**
 * How long the body of an answer may be. Lambda takes 6 MB: of JSON in which the body, which is JSON itself, stands as a
 * string, with each of its quotes escaped.
 */
const BODY_BYTES = 5.5 * 1024 * 1024;

/** Of which so much may be the last messages in a list, which is left out beyond that rather than that the list ends. */
const RECENT_BYTES = 4 * 1024 * 1024;

/** How many bytes something takes in the body of an answer. */
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(JSON.stringify(value) ?? ''));

/** The beginning of a list, as far as it fits into an answer. */
export function fitting<T>(list: readonly T[]): readonly T[] {
  let bytes = 0;
  for (const [n, entry] of list.entries()) {
    bytes += bytesOf(entry);
    if (bytes > BODY_BYTES) return list.slice(0, n);
  }
  return list;
}

/** The last messages of a list's entries, without those for which there is no room in an answer. */
export function fittingRecent<T>(messages: readonly (T | undefined)[]): (T | undefined)[] {
  let bytes = 0;
  return messages.map((message) => {
    const size = message === undefined ? 0 : bytesOf(message);
    if (bytes + size > RECENT_BYTES) return undefined;
    bytes += size;
    return message;
  });
}

import { ChatError, ERROR } from '../shared/errors.ts';

/** How long a JSON body may be, in UTF-16 units: 1000 of the longest ids, or any file that is uploaded as base64, fit. */
const MOST_BODY = 192 * 1024;

/** @throws ChatError 5010 before a body is parsed that is longer than any valid one */
export function checkBody(text: string): string {
  if (text.length <= MOST_BODY) return text;
  throw new ChatError(ERROR.tooLong, `The body has ${text.length} characters; at most ${MOST_BODY} are allowed`);
}

/**
 * The query by name: the value, or a list of them where a name came more than once.
 * @throws ChatError 5018 for a parameter without a name, or with the one name that objects cannot have
 */
export function queryOf(parameters: URLSearchParams): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(parameters.keys())) {
    if (name === '') throw new ChatError(ERROR.badQuery, 'query: a parameter has no name; write name=value');
    if (name === '__proto__') throw new ChatError(ERROR.badQuery, 'query: __proto__ cannot be the name of a parameter');
    const [first = '', ...others] = parameters.getAll(name);
    query[name] = others.length > 0 ? [first, ...others] : first;
  }
  return query;
}

/**
 * The path of an event as it stands in a URL. HTTP APIs decode it, which would make a `#` or `?` in it end the path.
 * @throws ChatError 5001 for the segments `.` and `..`: as `%2E%2E` or behind `%2F` they would lead to another route
 */
export function encodePath(path: string): string {
  const segments = path.toWellFormed().split('/');
  if (segments.some((segment) => segment === '.' || segment === '..')) {
    throw new ChatError(ERROR.badParameter, 'path: the segments "." and ".." are not allowed');
  }
  return segments.map(encodeURIComponent).join('/');
}

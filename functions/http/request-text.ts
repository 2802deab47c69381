import { ChatError, ERROR } from '../shared/errors.ts';

/**
 * Maximum length of a JSON body in UTF-16 units. It allows 1000 of the longest ids, or any file that is uploaded as
 * base64.
 */
const MAX_BODY = 192 * 1024;

/** @throws ChatError 5010 when a body is longer than any valid body, before the body is parsed */
export function checkBody(text: string): string {
  if (text.length <= MAX_BODY) return text;
  throw new ChatError(ERROR.tooLong, `body: expected at most ${MAX_BODY} characters, not ${text.length}`);
}

/**
 * Converts a query to a record. A repeated parameter becomes a list of values.
 * @throws ChatError 5018 for a parameter without a name, or with the name `__proto__`
 */
export function queryOf(parameters: URLSearchParams): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(parameters.keys())) {
    if (name === '') throw new ChatError(ERROR.badQuery, 'query: a parameter has no name; expected name=value');
    if (name === '__proto__') throw new ChatError(ERROR.badQuery, 'query: __proto__ is not a valid parameter name');
    const [first = '', ...others] = parameters.getAll(name);
    query[name] = others.length > 0 ? [first, ...others] : first;
  }
  return query;
}

/**
 * Encodes the path of an event again. HTTP APIs decode it, so a `#` or `?` would otherwise end the path.
 * @throws ChatError 5001 for the segments `.` and `..`. Encoded as `%2E%2E` or after `%2F`, they would select another
 *   route
 */
export function encodePath(path: string): string {
  const segments = path.toWellFormed().split('/');
  if (segments.some((segment) => segment === '.' || segment === '..')) {
    throw new ChatError(ERROR.badParameter, 'path: the segments "." and ".." are not allowed');
  }
  return segments.map(encodeURIComponent).join('/');
}

/**
 * Reads the query that Engine.IO 3 clients put behind a namespace. Its values come percent-encoded or as raw JSON,
 * depending on how the application handed its query to the client. The first of several equal keys counts.
 * The record has no prototype, so that no key of a client's can mean anything but itself.
 */
export function parseQuery(text: string): Record<string, string> {
  const query: Record<string, string> = Object.create(null);
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=');
    const key = decode(equals < 0 ? pair : pair.slice(0, equals));
    if (key === '' || key in query) continue;
    query[key] = equals < 0 ? '' : decode(pair.slice(equals + 1));
  }
  return query;
}

/**
 * Every encoder escapes the double quote, so text that holds one was never encoded: it is raw JSON, in which
 * a percent sign means itself. So it does where it begins no escape. A plus sign is no space: no client writes it so.
 */
function decode(text: string): string {
  if (text.includes('"')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Parses the query that Engine.IO 3 clients append to a namespace. Values are percent-encoded or raw JSON, depending on
 * how the application passes the query to the client. The first of several equal keys wins. The record has no
 * prototype, so a key such as `__proto__` is an ordinary key.
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
 * Every encoder escapes the double quote. Text that contains one is therefore raw JSON, in which a percent sign is
 * literal. A percent sign that starts no valid escape is literal too. A plus sign is not a space, because no client
 * encodes spaces so.
 */
function decode(text: string): string {
  if (text.includes('"')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** How long a browser may reuse the answer to a preflight request, in seconds. Browsers shorten it. */
const DAY_S = 86_400;

/**
 * Headers with which a page of any site can read a response and can send credentials, as old Socket.IO clients do.
 * Credentials exclude `*`, so the answer repeats what the browser asks for.
 * @param headers the headers of the request, with names in lower case
 */
export function corsHeaders(headers: Record<string, string>): Record<string, string> {
  const { origin } = headers;
  if (origin === undefined) return { 'access-control-allow-origin': '*' };
  const method = headers['access-control-request-method'];
  const names = headers['access-control-request-headers'];
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
    ...(method !== undefined && {
      'access-control-allow-methods': 'GET, POST',
      'access-control-max-age': String(DAY_S),
      ...(names !== undefined && { 'access-control-allow-headers': names }),
    }),
  };
}

import type { IncomingMessage } from 'node:http';
import type { Reply } from '../../shared/http.ts';
import type { Cors } from '../template.ts';

/** The headers that API Gateway adds for an allowed origin. They override those of the function. */
export function corsHeaders(cors: Cors, request: IncomingMessage): Record<string, string> {
  const { origin } = request.headers;
  if (!origin) return {};
  const any = cors.allowOrigins.includes('*');
  if (!any && !cors.allowOrigins.some((allowed) => matchesOrigin(allowed, origin))) return {};
  return {
    'access-control-allow-origin': any ? '*' : origin,
    ...(any ? {} : { vary: 'Origin' }),
    ...(cors.allowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
    ...(cors.exposeHeaders.length > 0 ? { 'access-control-expose-headers': cors.exposeHeaders.join(',') } : {}),
  };
}

/** Answers a preflight request without invoking a function, as an API with a CORS configuration does. */
export function preflight(cors: Cors, request: IncomingMessage): Reply | undefined {
  if (request.method !== 'OPTIONS' || !request.headers.origin || !request.headers['access-control-request-method']) {
    return undefined;
  }
  const headers = corsHeaders(cors, request);
  if (Object.keys(headers).length === 0) return { status: 204 };
  return {
    status: 204,
    headers: {
      ...headers,
      'access-control-allow-methods': cors.allowMethods.join(','),
      ...(cors.allowHeaders.length > 0 ? { 'access-control-allow-headers': cors.allowHeaders.join(',') } : {}),
      ...(cors.maxAge === undefined ? {} : { 'access-control-max-age': String(cors.maxAge) }),
    },
  };
}

/** `https://*` and `http://*` match every host with that scheme. */
function matchesOrigin(allowed: string, origin: string): boolean {
  return allowed.endsWith('*')
    ? origin.startsWith(allowed.slice(0, -1))
    : allowed.toLowerCase() === origin.toLowerCase();
}

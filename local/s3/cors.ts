import type { IncomingHttpHeaders } from 'node:http';
import * as z from 'zod/mini';
import { matchesPattern } from '../iam/patterns.ts';
import type { Reply } from '../shared/http.ts';
import { number } from '../template/schema.ts';
import { S3Error } from './errors.ts';

const strings = z.array(z.string());

export const corsSchema = z.object({
  CorsRules: z.array(
    z.object({
      Id: z.optional(z.string()),
      AllowedOrigins: strings,
      AllowedMethods: strings,
      AllowedHeaders: z._default(strings, []),
      ExposedHeaders: z._default(strings, []),
      MaxAge: z.optional(number),
    }),
  ),
});

export type CorsRule = z.output<typeof corsSchema>['CorsRules'][number];

const VARY = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method';

const NOT_ALLOWED =
  'CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / ' +
  "Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";

/** Answers a preflight request by the first matching rule, without authorization. */
export function preflight(rules: readonly CorsRule[], headers: IncomingHttpHeaders): Reply {
  const { origin } = headers;
  const method = headers['access-control-request-method'];
  if (!origin) throw new S3Error(400, 'BadRequest', 'Insufficient information. Origin request header needed.');
  if (!method) {
    throw new S3Error(400, 'BadRequest', 'Invalid Access-Control-Request-Method: null');
  }
  if (rules.length === 0) throw forbidden('CORSResponse: CORS is not enabled for this bucket.', method);
  const asked = String(headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const rule = rules.find(
    (candidate) =>
      allows(candidate, origin, method) &&
      asked.every((name) => candidate.AllowedHeaders.some((allowed) => matchesPattern(allowed, name, true))),
  );
  if (!rule) {
    throw forbidden(NOT_ALLOWED, method);
  }
  return {
    status: 200,
    headers: {
      ...headersOf(rule, origin),
      ...(asked.length > 0 ? { 'access-control-allow-headers': asked.join(', ') } : {}),
      ...(rule.MaxAge === undefined ? {} : { 'access-control-max-age': String(rule.MaxAge) }),
    },
  };
}

/** The headers of a response for an allowed origin, for successes and errors. */
export function corsHeaders(
  rules: readonly CorsRule[],
  { method, headers }: { method: string; headers: IncomingHttpHeaders },
): Record<string, string> {
  const { origin } = headers;
  const rule = origin && rules.find((candidate) => allows(candidate, origin, method));
  return rule ? headersOf(rule, origin) : {};
}

function allows(rule: CorsRule, origin: string, method: string): boolean {
  return rule.AllowedMethods.includes(method) && rule.AllowedOrigins.some((allowed) => matchesPattern(allowed, origin));
}

function headersOf(rule: CorsRule, origin: string): Record<string, string> {
  const any = rule.AllowedOrigins.includes('*');
  return {
    'access-control-allow-origin': any ? '*' : origin,
    'access-control-allow-methods': rule.AllowedMethods.join(', '),
    ...(any ? {} : { 'access-control-allow-credentials': 'true' }),
    ...(rule.ExposedHeaders.length > 0 ? { 'access-control-expose-headers': rule.ExposedHeaders.join(', ') } : {}),
    vary: VARY,
  };
}

function forbidden(message: string, method: string): S3Error {
  return new S3Error(403, 'AccessForbidden', message, { Method: method, ResourceType: 'OBJECT' });
}

import * as z from 'zod/mini';
import type { Reply } from '../../shared/http.ts';
import { isObject, type Json } from '../../shared/json.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const responseSchema = z.object({
  statusCode: z.pipe(
    z.union([z.number(), z.string()]),
    z.transform((value) => Number(value)),
  ),
  headers: z.optional(z.nullable(z.record(z.string(), scalar))),
  cookies: z.optional(z.nullable(z.array(z.string()))),
  body: z.optional(z.nullable(z.string())),
  isBase64Encoded: z.optional(z.nullable(z.boolean())),
});

/**
 * Maps a function's result to an HTTP response by the rules of payload format 2.0. Without a status code, the value
 * is the JSON body of a 200. Returns undefined for a malformed result.
 */
export function httpResponse(value: Json): Reply | undefined {
  if (!isObject(value) || value.statusCode === undefined) {
    const body = typeof value === 'string' ? value : JSON.stringify(value);
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const parsed = z.safeParse(responseSchema, value);
  if (!parsed.success) return undefined;
  const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data;
  if (!Number.isInteger(statusCode) || statusCode < 100 || statusCode > 599) return undefined;
  const lower = Object.entries(headers ?? {}).map(([name, content]) => [name.toLowerCase(), String(content)]);
  return {
    status: statusCode,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      ...Object.fromEntries(lower.filter(([name]) => name !== 'content-length' && name !== 'transfer-encoding')),
      ...(cookies && cookies.length > 0 ? { 'set-cookie': cookies } : {}),
    },
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
  };
}

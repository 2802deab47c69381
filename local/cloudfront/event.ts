import * as z from 'zod/mini';
import type { Reply } from '../shared/http.ts';
import type { EdgeRequest, HeaderValues } from './message.ts';

// The event structure of CloudFront Functions:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html

const single = z.object({ value: z.string() });
const values = z.record(z.string(), z.object({ value: z.string(), multiValue: z.optional(z.array(single)) }));
type Values = z.output<typeof values>;

const setCookies = z.record(
  z.string(),
  z.object({ value: z.string(), attributes: z.optional(z.string()), multiValue: z.optional(z.array(single)) }),
);

const requestSchema = z.object({
  method: z.string(),
  uri: z.string().check(z.startsWith('/')),
  querystring: z._default(z.union([z.string(), values]), {}),
  headers: z._default(values, {}),
  cookies: z._default(values, {}),
});

const responseSchema = z.object({
  statusCode: z.int().check(z.minimum(200), z.maximum(599)),
  headers: z._default(values, {}),
  cookies: z._default(setCookies, {}),
  body: z.optional(
    z.union([z.string(), z.object({ encoding: z._default(z.enum(['text', 'base64']), 'text'), data: z.string() })]),
  ),
});

/** Headers of the connection. Functions neither read nor set them. */
const HIDDEN =
  /^(connection|expect|keep-alive|proxy-.+|trailer|upgrade|x-accel-.+|x-amz-cf-.+|x-cache.*|x-edge-.+|x-real-ip)$/;

/** Headers that functions can read but not change. */
const READ_ONLY = /^(host|content-length|transfer-encoding|via)$/;

export interface EventContext {
  distributionDomainName: string;
  distributionId: string;
  requestId: string;
  ip: string;
}

type EventType = 'viewer-request' | 'viewer-response';

export function functionEvent(
  eventType: EventType,
  { ip, ...context }: EventContext,
  request: EdgeRequest,
  reply?: Reply,
): object {
  return {
    version: '1.0',
    context: { ...context, eventType },
    viewer: { ip },
    request: requestOf(request),
    ...(reply && { response: responseOf(reply) }),
  };
}

/** The result of a viewer-request function: a request or a response. Undefined if it is neither. */
export function readRequestResult(result: unknown, before: EdgeRequest): EdgeRequest | Reply | undefined {
  if (z.safeParse(z.object({ statusCode: z.unknown() }), result).success) return readResponseResult(result);
  const parsed = z.safeParse(requestSchema, result);
  if (!parsed.success) return undefined;
  const { uri, querystring, cookies } = parsed.data;
  const given = requestOf(before);
  // Compares before parsing: a record loses the name `__proto__`.
  const unchanged = JSON.stringify(Object(result).querystring) === JSON.stringify(given.querystring);
  const written = typeof querystring === 'string' ? querystring : pairs(querystring, '&');
  const cookie = pairs(cookies, '; ');
  return {
    method: before.method,
    uri,
    // An unchanged query keeps its original encoding.
    querystring: unchanged ? before.querystring : written,
    headers: {
      ...keep(listed(parsed.data.headers), (name) => !HIDDEN.test(name) && !READ_ONLY.test(name)),
      ...keep(before.headers, (name) => HIDDEN.test(name) || READ_ONLY.test(name)),
      ...(cookie && { cookie: [cookie] }),
    },
  };
}

/**
 * The response that a function returns.
 * @param before the original response; its body is kept if the function returns none
 */
export function readResponseResult(result: unknown, before?: Reply): Reply | undefined {
  const parsed = z.safeParse(responseSchema, result);
  if (!parsed.success) return undefined;
  const { statusCode, body, cookies } = parsed.data;
  const set = Object.entries(cookies).map(([name, { value, attributes }]) => {
    return `${name}=${value}${attributes ? `; ${attributes}` : ''}`;
  });
  const own = keep(listed(parsed.data.headers), (name) => !HIDDEN.test(name) && name !== 'content-length');
  const content =
    typeof body === 'object' ? Buffer.from(body.data, body.encoding === 'text' ? 'utf8' : 'base64') : body;
  const length = content === undefined ? before?.headers?.['content-length'] : undefined;
  const stays = content ?? before?.body;
  return {
    status: statusCode,
    headers: {
      ...Object.fromEntries(
        Object.entries(own).map(([name, [first = '', ...more]]) => [name, more.length > 0 ? [first, ...more] : first]),
      ),
      ...(length !== undefined && { 'content-length': length }),
      ...(set.length > 0 && { 'set-cookie': set }),
    },
    ...(stays !== undefined && { body: stays }),
  };
}

function requestOf({ method, uri, querystring, headers }: EdgeRequest): z.output<typeof requestSchema> {
  const { cookie = [], ...others } = headers;
  return {
    method,
    uri,
    querystring: grouped(querystring.split('&')),
    headers: wrapped(keep(others, (name) => !HIDDEN.test(name))),
    cookies: grouped(cookie.join('; ').split(/;\s*/)),
  };
}

function responseOf({ status, headers = {} }: Reply): object {
  const { 'set-cookie': set = [], ...others } = headers;
  const cookies = (Array.isArray(set) ? set : [set]).map((text) => {
    const [pair = '', ...attributes] = text.split(/;\s*/);
    const [name, value] = splitPair(pair);
    return [name, { value, ...(attributes.length > 0 && { attributes: attributes.join('; ') }) }];
  });
  const lists = Object.entries(others).map(([name, value]) => [name, Array.isArray(value) ? value : [value]]);
  return { statusCode: status, headers: wrapped(Object.fromEntries(lists)), cookies: Object.fromEntries(cookies) };
}

/** Pairs such as `a=1` by name, with multiple values. Nothing is decoded. */
function grouped(parts: string[]): Values {
  const lists: HeaderValues = Object.create(null);
  for (const part of parts.filter((text) => text !== '')) {
    const [name, value] = splitPair(part);
    lists[name] = [...(lists[name] ?? []), value];
  }
  return wrapped(lists);
}

function splitPair(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function pairs(values: Values, separator: string): string {
  return Object.entries(listed(values))
    .flatMap(([name, list]) => list.map((value) => `${name}=${value}`))
    .join(separator);
}

function wrapped(lists: HeaderValues): Values {
  return Object.fromEntries(
    Object.entries(lists).map(([name, list]) => {
      const multiValue = list.map((value) => ({ value }));
      return [name, { value: list[0] ?? '', ...(list.length > 1 && { multiValue }) }];
    }),
  );
}

function listed(values: Values): HeaderValues {
  return Object.fromEntries(
    Object.entries(values).map(([name, { value, multiValue }]) => [
      name,
      multiValue?.map((one) => one.value) ?? [value],
    ]),
  );
}

function keep(headers: HeaderValues, wanted: (name: string) => boolean): HeaderValues {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => wanted(name)));
}

import * as z from 'zod/mini';
import { matchesPattern } from '../iam/patterns.ts';
import type { Reply } from '../shared/http.ts';
import { type Resource, readProperties } from '../template/model.ts';
import { boolean, number, strict } from '../template/schema.ts';
import type { EdgeRequest } from './message.ts';

const items = z.object({ Items: z.array(z.string()) });
const Override = boolean;

const corsSchema = strict({
  AccessControlAllowCredentials: boolean,
  AccessControlAllowHeaders: items,
  AccessControlAllowMethods: items,
  AccessControlAllowOrigins: items,
  AccessControlExposeHeaders: z.optional(items),
  AccessControlMaxAgeSec: z.optional(number),
  OriginOverride: boolean,
});
type Cors = z.output<typeof corsSchema>;

const securitySchema = strict({
  ContentSecurityPolicy: z.optional(strict({ ContentSecurityPolicy: z.string(), Override })),
  ContentTypeOptions: z.optional(strict({ Override })),
  FrameOptions: z.optional(strict({ FrameOption: z.string(), Override })),
  ReferrerPolicy: z.optional(strict({ ReferrerPolicy: z.string(), Override })),
  StrictTransportSecurity: z.optional(
    strict({
      AccessControlMaxAgeSec: number,
      IncludeSubdomains: z.optional(boolean),
      Preload: z.optional(boolean),
      Override,
    }),
  ),
});

const policySchema = z.object({
  ResponseHeadersPolicyConfig: strict({
    Name: z.string(),
    Comment: z.optional(z.string()),
    CorsConfig: z.optional(corsSchema),
    CustomHeadersConfig: z.optional(
      z.object({ Items: z.array(strict({ Header: z.string(), Value: z.string(), Override })) }),
    ),
    RemoveHeadersConfig: z.optional(z.object({ Items: z.array(strict({ Header: z.string() })) })),
    SecurityHeadersConfig: z.optional(securitySchema),
  }),
});

/** Applies a response headers policy to a response. */
export type ResponseHeaders = (request: EdgeRequest, headers: Headers) => Headers;

type Headers = NonNullable<Reply['headers']>;

interface Header {
  name: string;
  value: string;
  /** Overrides the header of the origin. */
  override: boolean;
}

export function responseHeaders(resource: Resource): ResponseHeaders {
  const config = readProperties(resource, policySchema).ResponseHeadersPolicyConfig;
  const removed = new Set(config.RemoveHeadersConfig?.Items.map(({ Header }) => Header.toLowerCase()));
  const fixed: Header[] = [
    ...(config.CustomHeadersConfig?.Items ?? []).map(({ Header, Value, Override: override }) => {
      return { name: Header.toLowerCase(), value: Value, override };
    }),
    ...securityHeaders(config.SecurityHeadersConfig),
  ];
  return (request, before) => {
    const headers = { ...before };
    for (const name of removed) delete headers[name];
    for (const { name, value, override } of fixed) if (override || headers[name] === undefined) headers[name] = value;
    return config.CorsConfig ? withCors(config.CorsConfig, request, headers) : headers;
  };
}

function securityHeaders(config: z.output<typeof securitySchema> | undefined): Header[] {
  const named = (name: string, value: string | undefined, override: boolean | undefined): Header[] => {
    return value === undefined || override === undefined ? [] : [{ name, value, override }];
  };
  const {
    ContentSecurityPolicy: csp,
    FrameOptions: frame,
    ReferrerPolicy: referrer,
    ContentTypeOptions: type,
  } = config ?? {};
  const transport = config?.StrictTransportSecurity;
  const hsts =
    transport &&
    [
      `max-age=${transport.AccessControlMaxAgeSec}`,
      ...(transport.IncludeSubdomains ? ['includeSubDomains'] : []),
      ...(transport.Preload ? ['preload'] : []),
    ].join('; ');
  return [
    ...named('content-security-policy', csp?.ContentSecurityPolicy, csp?.Override),
    ...named('x-content-type-options', 'nosniff', type?.Override),
    ...named('x-frame-options', frame?.FrameOption, frame?.Override),
    ...named('referrer-policy', referrer?.ReferrerPolicy, referrer?.Override),
    ...named('strict-transport-security', hsts, transport?.Override),
  ];
}

/** Requests with an Origin header get CORS headers. Only preflight requests get those for methods and headers. */
function withCors(cors: Cors, { method, headers: asked }: EdgeRequest, headers: Headers): Headers {
  const origin = asked.origin?.[0];
  const names = Object.keys(headers).filter((name) => name.startsWith('access-control-'));
  if (origin === undefined || (!cors.OriginOverride && names.length > 0)) return headers;
  const others = Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
  const any = cors.AccessControlAllowOrigins.Items.includes('*');
  if (!any && !cors.AccessControlAllowOrigins.Items.some((allowed) => allowsOrigin(allowed, origin))) return others;
  const preflight = method === 'OPTIONS' && asked['access-control-request-method'] !== undefined;
  const { AccessControlMaxAgeSec: maxAge, AccessControlExposeHeaders: exposed } = cors;
  const methods = cors.AccessControlAllowMethods.Items.flatMap((name) => (name === 'ALL' ? ALL_METHODS : [name]));
  return {
    ...others,
    'access-control-allow-origin': any ? '*' : origin,
    ...(any ? {} : { vary: [others.vary ?? [], 'Origin'].flat().join(', ') }),
    ...(cors.AccessControlAllowCredentials && { 'access-control-allow-credentials': 'true' }),
    ...(preflight && {
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': cors.AccessControlAllowHeaders.Items.join(', '),
      ...(maxAge !== undefined && { 'access-control-max-age': String(maxAge) }),
    }),
    ...(!preflight && exposed && { 'access-control-expose-headers': exposed.Items.join(', ') }),
  };
}

const ALL_METHODS = ['GET', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/** Matches `https://*.example.com`, or a host without a scheme. */
function allowsOrigin(allowed: string, origin: string): boolean {
  return matchesPattern(allowed.includes('://') ? allowed : `*://${allowed}`, origin);
}

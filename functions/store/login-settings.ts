import * as z from 'zod/mini';
import { hostOf, isLocalHost, isPrivateAddress } from '../shared/public-address.ts';

/** The URL of a provider. Functions must not be led to private addresses, such as that of the API of Lambda. */
const base = z
  .string()
  .check(
    z.refine(isProviderUrl, 'expected a public https address without a user name, such as https://login.example.com'),
  );

function isProviderUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return false;
  const host = hostOf(url);
  if (isLocalHost(host)) return url.protocol === 'https:' || url.protocol === 'http:';
  return url.protocol === 'https:' && !isPrivateAddress(host);
}

const clientIds = z.array(z.string().check(z.minLength(1))).check(z.minLength(1));

const OpenId = z.object({ issuer: base, clientIds });

/** An OpenID Connect issuer, and the client ids of the application there. */
export type OpenId = z.output<typeof OpenId>;

/** As much as the hash that is made with it. */
const SECRET_BYTES = 32;

/** How an application signs tokens for its own users: with a secret, or with private keys whose public ones are at an address. */
const Jwt = z
  .object({
    secret: z.optional(
      z
        .string()
        .check(z.refine((text) => Buffer.byteLength(text) >= SECRET_BYTES, `expected at least ${SECRET_BYTES} bytes`))
        .register(z.globalRegistry, { writeOnly: true }),
    ),
    jwksUrl: z.optional(base),
    /** What the tokens must have as `iss` and `aud`; undefined: anything. */
    issuer: z.optional(z.string().check(z.minLength(1))),
    audience: z.optional(z.string().check(z.minLength(1))),
  })
  .check(
    z.refine(
      ({ secret, jwksUrl }) => secret !== undefined || jwksUrl !== undefined,
      'expected secret, jwksUrl, or both',
    ),
  );

/** The login providers by platform. Other platforms are rejected. */
export const LoginSettings = z.object({
  wechat: z.optional(z.object({ api: z._default(base, 'https://api.weixin.qq.com') })),
  qq: z.optional(z.object({ appId: z.string(), api: z._default(base, 'https://graph.qq.com') })),
  weibo: z.optional(z.object({ appKey: z.string(), api: z._default(base, 'https://api.weibo.com') })),
  facebook: z.optional(
    z.object({
      appId: z.string(),
      appSecret: z.string().register(z.globalRegistry, { writeOnly: true }),
      api: z._default(base, 'https://graph.facebook.com'),
    }),
  ),
  google: z.optional(z.object({ issuer: z._default(base, 'https://accounts.google.com'), clientIds })),
  apple: z.optional(z.object({ issuer: z._default(base, 'https://appleid.apple.com'), clientIds })),
  jwt: z.optional(Jwt),
  /** Other issuers, with names that the application chooses. */
  oidc: z._default(
    z.record(z.string().check(z.regex(/^[a-z0-9_-]{1,32}$/, 'expected 1 to 32 characters of a-z 0-9 _ -')), OpenId),
    {},
  ),
});

export type LoginSettings = z.output<typeof LoginSettings>;

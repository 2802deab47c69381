import * as z from 'zod/mini';
import type { LoginSettings, OpenId } from '../../store/login-settings.ts';
import { ACCOUNT_ERROR, AccountError } from '../errors.ts';
import { facebook, qq, type Token, wechat, weibo } from './access-token.ts';
import { subjectOf } from './id-token.ts';

/** The identity that a third party confirmed. */
export interface Verified {
  readonly platform: string;
  readonly id: string;
}

const text = z.string().check(z.minLength(1), z.maxLength(8192));

/** Maximum length of a subject in OpenID Connect. Ids of other providers are shorter. */
const ID_CHARACTERS = 255;

/** The id of a user at a provider. It becomes part of a database key. */
const ProviderId = z.string().check(
  z.minLength(1),
  z.maxLength(ID_CHARACTERS),
  z.refine((id) => !/[\p{Cc}\p{Cs}]/u.test(id), 'expected no control characters and well-formed Unicode'),
);

const Given = z.object({
  id: z.optional(ProviderId),
  access_token: z.optional(text),
  id_token: z.optional(text),
  nonce: z.optional(text),
});

type Given = z.output<typeof Given>;

/** MaxLeap clients use the name `weixin` for WeChat. */
const ALIASES = new Map([['weixin', 'wechat']]);

/** How many third parties one login may name. */
const MAX_PLATFORMS = 5;

/** Which of several failures is told: that a later attempt may succeed, or else what is closest to a login. */
const TOLD_FIRST: readonly number[] = [
  ACCOUNT_ERROR.providerFailed,
  ACCOUNT_ERROR.loginRefused,
  ACCOUNT_ERROR.badParameter,
  ACCOUNT_ERROR.platformNotOffered,
];

/**
 * Verifies a third-party login with its providers. The server trusts no claim of the client. The providers are asked
 * concurrently, so several take no longer than one.
 * @param platforms `{"<platform>": {"id", "access_token" or "id_token", …}}`, 1 to 5 of them
 * @returns the first one, in their order, that its provider confirms
 * @throws AccountError 107, 251, 252 or 253
 */
export async function verifyLogin(
  settings: LoginSettings,
  platforms: Record<string, Record<string, unknown>>,
): Promise<Verified> {
  const entries = Object.entries(platforms);
  if (entries.length === 0 || entries.length > MAX_PLATFORMS) {
    throw bad(`third-party login: expected {"<platform>": {…}} with 1 to ${MAX_PLATFORMS} platforms`);
  }
  const outcomes = await Promise.allSettled(entries.map(([name, login]) => verifyOne(settings, name, login)));
  for (const outcome of outcomes) if (outcome.status === 'fulfilled') return outcome.value;
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  const rank = (failure: unknown) => (failure instanceof AccountError ? TOLD_FIRST.indexOf(failure.accountCode) : -1);
  throw failures.sort((a, b) => rank(a) - rank(b))[0];
}

/** Asks one provider. @throws as {@link verifyLogin} does */
async function verifyOne(settings: LoginSettings, name: string, login: Record<string, unknown>): Promise<Verified> {
  const platform = ALIASES.get(name) ?? name;
  const given = Given.safeParse(login);
  if (!given.success) throw bad(`${name}: expected id and access_token, or id_token, as strings`);
  const id = await verifiedId(settings, platform, given.data);
  if (id === undefined || !ProviderId.safeParse(id).success || (given.data.id !== undefined && given.data.id !== id)) {
    throw new AccountError(
      ACCOUNT_ERROR.loginRefused,
      `${platform} did not confirm this login; log in to ${platform} again`,
    );
  }
  return { platform, id };
}

function verifiedId(settings: LoginSettings, platform: string, given: Given): Promise<string | undefined> {
  const check = accessTokenCheck(settings, platform);
  if (check) return byAccessToken(check, platform, given);
  const issuer = issuerOf(settings, platform);
  if (!issuer) {
    throw new AccountError(
      ACCOUNT_ERROR.platformNotOffered,
      `Login by ${platform} is not configured for this application`,
    );
  }
  if (given.id_token === undefined) throw bad(`${platform}: expected id_token`);
  return subjectOf(issuer, given.id_token, given.nonce);
}

type Check = (token: Token) => Promise<boolean>;

function accessTokenCheck(settings: LoginSettings, platform: string): Check | undefined {
  switch (platform) {
    case 'wechat':
      return settings.wechat && wechat.bind(undefined, settings.wechat);
    case 'qq':
      return settings.qq && qq.bind(undefined, settings.qq);
    case 'weibo':
      return settings.weibo && weibo.bind(undefined, settings.weibo);
    case 'facebook':
      return settings.facebook && facebook.bind(undefined, settings.facebook);
    default:
      return undefined;
  }
}

function issuerOf({ google, apple, oidc }: LoginSettings, platform: string): OpenId | undefined {
  if (platform === 'google') return google;
  if (platform === 'apple') return apple;
  return Object.hasOwn(oidc, platform) ? oidc[platform] : undefined;
}

async function byAccessToken(
  check: Check,
  platform: string,
  { id, access_token: accessToken }: Given,
): Promise<string | undefined> {
  if (id === undefined || accessToken === undefined) throw bad(`${platform}: expected id and access_token`);
  return (await check({ id, accessToken })) ? id : undefined;
}

function bad(message: string): AccountError {
  return new AccountError(ACCOUNT_ERROR.badParameter, message);
}

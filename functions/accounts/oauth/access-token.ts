import * as z from 'zod/mini';
import type { LoginSettings } from '../../store/login-settings.ts';
import { fetchProviderJson } from './outgoing.ts';

/** The user id and access token of the provider, as the client sends them. */
export interface Token {
  readonly id: string;
  readonly accessToken: string;
}

/** Asks a provider whether it issued this token to this application for this user. */
type Check<Settings> = (settings: Settings, token: Token) => Promise<boolean>;

type SettingsOf<Platform extends keyof LoginSettings> = NonNullable<LoginSettings[Platform]>;

function address(api: string, path: string, query: Record<string, string>): URL {
  const url = new URL(api + path);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

/** An id that providers send as a string or a number. */
const Id = z.pipe(z.union([z.string(), z.number()]), z.transform(String));

const WeChat = z.object({ errcode: z.literal(0) });

/**
 * Source: https://developers.weixin.qq.com/doc/oplatform/Mobile_App/WeChat_Login/Authorized_API_call_UnionID.html.
 * An `openid` identifies one user in one application. The same person in another application is another user here.
 */
export const wechat: Check<SettingsOf<'wechat'>> = async ({ api }, { id, accessToken }) => {
  const url = address(api, '/sns/auth', { access_token: accessToken, openid: id });
  return WeChat.safeParse(await fetchProviderJson(url)).success;
};

const Qq = z.object({ client_id: Id, openid: z.string() });

/** Source: https://wiki.connect.qq.com/unionid (without `fmt=json`, the answer is a script) */
export const qq: Check<SettingsOf<'qq'>> = async ({ api, appId }, { id, accessToken }) => {
  const { data } = Qq.safeParse(
    await fetchProviderJson(address(api, '/oauth2.0/me', { access_token: accessToken, fmt: 'json' })),
  );
  return data?.client_id === appId && data.openid === id;
};

const Weibo = z.object({ uid: Id, appkey: Id, expire_in: z.number() });

/** Source: https://open.weibo.com/wiki/Oauth2/get_token_info */
export const weibo: Check<SettingsOf<'weibo'>> = async ({ api, appKey }, { id, accessToken }) => {
  const body = new URLSearchParams({ access_token: accessToken });
  const { data } = Weibo.safeParse(await fetchProviderJson(`${api}/oauth2/get_token_info`, { method: 'POST', body }));
  return data?.uid === id && data.appkey === appKey && data.expire_in > 0;
};

const Facebook = z.object({ data: z.object({ is_valid: z.literal(true), app_id: Id, user_id: Id }) });

/** Source: https://developers.facebook.com/docs/facebook-login/guides/access-tokens/debugging */
export const facebook: Check<SettingsOf<'facebook'>> = async ({ api, appId, appSecret }, { id, accessToken }) => {
  const query = { input_token: accessToken, access_token: `${appId}|${appSecret}` };
  const { data } = Facebook.safeParse(await fetchProviderJson(address(api, '/debug_token', query)));
  return data?.data.app_id === appId && data.data.user_id === id;
};

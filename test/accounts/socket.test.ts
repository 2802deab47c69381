import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../support/database.ts';
import { Device, text } from '../support/device.ts';
import { someone } from '../support/macaw.ts';
import { accountsOf, telephone } from './calls.ts';
import { Provider } from './provider.ts';

const provider = await Provider.start();
afterAll(() => provider.stop());

const system = database(() => ({
  demo: {
    logins: {
      qq: { api: provider.at('well'), appId: 'app-1' },
      wechat: { api: provider.at('slow') },
      oidc: { company: { issuer: provider.at('well'), clientIds: ['client-1'] } },
    },
  },
}));
const { call, auth, register, succeed, login: loginByRest, as } = accountsOf(system, 'demo');

const VERSIONS = ['1.4.8', '4.8.4'] as const;
type Version = (typeof VERSIONS)[number];

interface Said {
  readonly success: boolean;
  readonly id: string;
  readonly error?: number;
  readonly message?: string;
}

/** Connects with credentials in the URL, and waits for the login event. */
async function connect(version: Version, credentials: Record<string, unknown>) {
  const device = new Device(version, system.origin, { query: { auth: JSON.stringify(credentials) } });
  return { device, said: (await device.logins.at()) as Said };
}

async function codeTo(mobilePhone: string): Promise<string> {
  await succeed('POST', '/2.0/requestLoginSmsCode', { mobilePhone });
  return (await system.cloud.outbox.nextSms(mobilePhone)).text.match(/\d{6}/)?.[0] ?? '';
}

describe.each(VERSIONS)('a client %s', (version) => {
  it('logs in by name and password, and talks as the user of the account', async () => {
    const [tom, jerry] = [await register(), await register()];
    await call('POST', `/ctx/${tom.objectId}/friends/${jerry.objectId}`);
    const [toms, jerrys] = await Promise.all(
      [tom, jerry].map(({ username, password }) => connect(version, auth({ username, password }))),
    );
    expect(toms?.said).toEqual({ success: true, id: tom.objectId });
    expect(await toms?.device.say(text(jerry.objectId, 'hello'))).toMatchObject({ success: true });
    expect(await jerrys?.device.messages.at()).toMatchObject({
      from: { id: tom.objectId },
      content: { body: 'hello' },
    });
  });

  it('gets the same error for an unknown name and a wrong password, and is closed', async () => {
    const tom = await register();
    const wrong = await connect(version, auth({ username: tom.username, password: 'wrong' }));
    const unknown = await connect(version, auth({ username: someone('nobody'), password: 'wrong' }));
    expect(wrong.said).toMatchObject({ success: false, error: 5003, message: expect.any(String) });
    expect(unknown.said).toEqual(wrong.said);
    await Promise.all([wrong.device.disconnects.at(), unknown.device.disconnects.at()]);
  });

  it('logs in by phone and code, and again by the same when it reconnects', { tags: 'slow' }, async () => {
    const phone = telephone();
    const code = await codeTo(phone);
    const credentials = auth({ phone, password: code });
    const { said, device } = await connect(version, credentials);
    expect(said).toEqual({ success: true, id: expect.stringMatching(/^[0-9a-f]{24}$/) });
    for (const id of system.cloud.connections()) system.cloud.drop(id);
    expect(await device.logins.at(1)).toEqual(said);
    // More logins than the attempt limit: correct codes are not failed attempts.
    for (let n = 0; n < 6; n++) expect((await connect(version, credentials)).said).toEqual(said);
    // A used code alone must not log another user in, neither here nor by REST.
    const seen = await connect(version, auth({ phone, password: code }));
    expect(seen.said).toMatchObject({ success: false, error: 5003 });
    const byRest = await call('POST', '/2.0/loginByMobilePhone', { mobilePhone: phone, smsCode: code });
    expect(byRest).toMatchObject({ status: 400, body: { code: 603 } });
    const past = Math.floor(Date.now() / 1000) - 1;
    expect(await system.database.expire(({ pk }) => String(pk).includes(`#code#${phone}`), past)).toBe(1);
    expect((await connect(version, credentials)).said).toMatchObject({ success: false, error: 5003 });
  });

  it('guesses at a code in vain', async () => {
    const phone = telephone();
    const code = await codeTo(phone);
    for (let n = 1; n <= 5; n++) {
      const password = String((Number(code) + n) % 1_000_000).padStart(6, '0');
      expect((await connect(version, auth({ phone, password }))).said).toMatchObject({ success: false, error: 5003 });
    }
    expect((await connect(version, auth({ phone, password: code }))).said).toMatchObject({ success: false });
  });

  it('logs in through a third party, which is asked each time', async () => {
    const oauth = { qq: { id: '7', access_token: 'good', expires_in: 7200 } };
    const before = provider.asked.length;
    const [one, other] = [await connect(version, auth({ oauth })), await connect(version, auth({ oauth }))];
    expect(one.said).toEqual({ success: true, id: expect.stringMatching(/^[0-9a-f]{24}$/) });
    expect(other.said).toEqual(one.said);
    expect(provider.asked.length - before).toBe(2);
    const byIdToken = { company: { id: 'subject', id_token: await provider.idToken() } };
    expect((await connect(version, auth({ oauth: byIdToken }))).said).toMatchObject({ success: true });
  });

  it.each([
    ['a token that the provider does not confirm', { qq: { id: '8', access_token: 'good' } }, 5003],
    ['a third party that is not set up', { weibo: { id: '7', access_token: 'good' } }, 5009],
    ['a provider that does not answer', { wechat: { id: '7', access_token: 'good' } }, 5002],
    ['no token', { qq: { id: '7' } }, 5001],
  ])('is refused with %s', async (_, oauth, error) => {
    const { said, device } = await connect(version, auth({ oauth }));
    expect(said).toMatchObject({ success: false, error, message: expect.any(String) });
    await device.disconnects.at();
  });

  it('logs in by the session that another login began, until that ends', async () => {
    const tom = await register();
    const { said } = await connect(version, auth({ sessionToken: tom.sessionToken }));
    expect(said).toEqual({ success: true, id: tom.objectId });
    await as(tom.sessionToken)('GET', '/2.0/logout');
    expect((await connect(version, auth({ sessionToken: tom.sessionToken }))).said).toMatchObject({
      success: false,
      error: 5003,
    });
  });
});

describe('credentials in the packet that joins the namespace', () => {
  it.each(['password', 'phone', 'third party', 'session'])('log in by %s, too', async (kind) => {
    const tom = await register();
    const phone = telephone();
    const ways: Record<string, () => Promise<Record<string, unknown>>> = {
      password: async () => ({ username: tom.username, password: tom.password }),
      phone: async () => ({ phone, password: await codeTo(phone) }),
      'third party': async () => ({ oauth: { qq: { id: '7', access_token: 'good' } } }),
      session: async () => ({ sessionToken: tom.sessionToken }),
    };
    const given = auth((await ways[kind]?.()) ?? {});
    const device = new Device('4.8.4', system.origin, { options: { auth: given } });
    expect(await device.logins.at()).toMatchObject({ success: true });
    const wrong = new Device('4.8.4', system.origin, {
      options: { auth: auth({ username: tom.username, password: 'wrong' }) },
    });
    expect(await wrong.logins.at()).toMatchObject({ success: false, error: 5003 });
  });
});

it('wrong passwords on the socket and by REST are counted together', async () => {
  const tom = await register();
  for (let n = 0; n < 5; n++) {
    await connect('4.8.4', auth({ username: tom.username, password: `guess ${n}` }));
    await loginByRest(tom.username, `guess ${n}`);
  }
  const { said } = await connect('4.8.4', auth({ username: tom.username, password: tom.password }));
  expect(said).toMatchObject({ success: false, error: 5003, message: expect.stringContaining('15 minutes') });
}, 60_000);

it('a wrong signature is rejected before the password is checked', async () => {
  const tom = await register();
  await system.cloud.settled();
  const mark = system.cloud.calls.mark();
  const given = { ...auth({ username: tom.username, password: tom.password }), sign: `${'0'.repeat(32)},1` };
  expect((await connect('4.8.4', given)).said).toMatchObject({ success: false, error: 5003 });
  const touched = system.cloud.calls
    .since(mark)
    .filter((entry) => 'action' in entry && /Accounts/.test(entry.resource));
  expect(touched).toEqual([]);
});

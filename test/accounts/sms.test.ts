// @module-tag slow

import { describe, expect, it } from 'vitest';
import { database } from '../support/database.ts';
import { someone } from '../support/macaw.ts';
import { accountsOf, type Session, telephone } from './calls.ts';

const system = database(() => ({
  texts: { sms: { perPhone: 3, perAddress: 1000, prefix: '+86', template: 'Macaw: {code}' } },
  capped: { sms: { perDay: 2 } },
  racing: { sms: { perDay: 2 } },
  plain: {},
  'one-address': { sms: { perAddress: 4, perDay: 20 } },
  foreign: { sms: { prefix: '+86', perCountry: 2 } },
}));
const demo = accountsOf(system, 'texts');
const { call, succeed, register, login } = demo;

const failure = (status: number, code: number) => ({ status, body: { code, error: expect.any(String) } });

const codeTo = async (mobilePhone: string) => {
  const { text, attributes } = await system.cloud.outbox.nextSms(mobilePhone);
  const [code = ''] = /\d{6}$/.exec(text) ?? [];
  return { code, text, attributes };
};

/** Simulates the end of the minute in which a phone may get one code. */
const laterBy = async (what: 'codes in a minute' | 'codes in a day' | 'code', mobilePhone: string) => {
  const past = Math.floor(Date.now() / 1000) - 1;
  const count = await system.database.expire(({ pk }) => String(pk).includes(`#${what}#${mobilePhone}`), past);
  expect(count).toBeGreaterThan(0);
};

const request = (mobilePhone: string, path = 'requestLoginSmsCode') => call('POST', `/2.0/${path}`, { mobilePhone });

async function sent(mobilePhone: string, path?: string): Promise<string> {
  expect(await request(mobilePhone, path)).toMatchObject({ status: 200, body: {} });
  return (await codeTo(mobilePhone)).code;
}

const loginBy = (mobilePhone: string, smsCode: string) =>
  call('POST', '/2.0/loginByMobilePhone', { mobilePhone, smsCode });

/** Makes requests from another network address, as the HTTP API sees it behind CloudFront. */
const from = (address: string, app = 'texts') => {
  const { call } = accountsOf({ origin: String(system.cloud.outputs.RestUrl) }, app);
  return (path: string, body: unknown) =>
    call('POST', `/2.0/${path}`, body, { 'X-Forwarded-For': `1.2.3.4, ${address}` });
};

/** An incorrect code. */
const wrong = (code: string, n = 1) => String((Number(code) + n) % 1_000_000).padStart(6, '0');

describe('a code', () => {
  it('is sent as the application words it, ahead of advertising', async () => {
    const mobilePhone = telephone();
    await request(mobilePhone);
    expect(await codeTo(mobilePhone)).toEqual({
      code: expect.stringMatching(/^\d{6}$/),
      text: expect.stringMatching(/^Macaw: \d{6}$/),
      attributes: { 'AWS.SNS.SMS.SMSType': 'Transactional' },
    });
  });

  it('is kept in no form that tells it', async () => {
    const mobilePhone = telephone();
    const code = await sent(mobilePhone);
    const [stored] = (await system.database.accounts()).filter(({ pk }) => String(pk).includes(`#code#${mobilePhone}`));
    expect(stored).toMatchObject({ hash: expect.stringMatching(/^[\w-]{43}$/), tries: 0, sk: 'login' });
    expect(JSON.stringify({ ...stored, pk: '' })).not.toContain(code);
    const lifetime = Number(stored?.expires) - Date.now() / 1000;
    expect([lifetime > 590, lifetime < 602]).toEqual([true, true]);
  });

  it('logs in once; the first time into a new account, then into the same', async () => {
    const mobilePhone = telephone();
    const code = await sent(mobilePhone);
    const first = await loginBy(mobilePhone, code);
    expect(first).toMatchObject({
      status: 200,
      body: { mobilePhone, mobilePhoneVerified: true, sessionToken: expect.any(String) },
    });
    expect(await loginBy(mobilePhone, code)).toMatchObject(failure(400, 603));
    await laterBy('codes in a minute', mobilePhone);
    const { objectId } = first.body as Session;
    expect(await loginBy(mobilePhone, await sent(mobilePhone))).toMatchObject({ status: 200, body: { objectId } });
  });

  it('logs in one of those who bring it in the same moment', async () => {
    const mobilePhone = telephone();
    const code = await sent(mobilePhone);
    const answers = await Promise.all([...Array(4)].map(() => loginBy(mobilePhone, code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
  });

  it('can be tried five times, however fast the tries come', async () => {
    const mobilePhone = telephone();
    const code = await sent(mobilePhone);
    const guesses = [1, 2, 3, 4, 5].map((n) => loginBy(mobilePhone, wrong(code, n)));
    for (const answer of await Promise.all(guesses)) expect(answer).toMatchObject(failure(400, 603));
    expect(await loginBy(mobilePhone, code)).toMatchObject(failure(400, 603));
  });

  it('still works for who requested it after others used up their tries', async () => {
    const mobilePhone = telephone();
    const code = await sent(mobilePhone);
    for (let n = 1; n <= 40; n++) {
      const guess = { mobilePhone, smsCode: wrong(code, n) };
      expect(await from(`203.0.113.${n % 8}`)('loginByMobilePhone', guess)).toMatchObject(failure(400, 603));
    }
    // After that many tries, the right code helps nobody else.
    expect(await from('203.0.113.200')('loginByMobilePhone', { mobilePhone, smsCode: code })).toMatchObject(
      failure(400, 603),
    );
    expect((await loginBy(mobilePhone, code)).status).toBe(200);
  });

  it('can be tried five times from each address', async () => {
    const mobilePhone = telephone();
    const code = await sent(mobilePhone);
    const victim = from('203.0.113.1');
    const attacker = from('203.0.113.2');
    for (let n = 1; n <= 5; n++) await attacker('loginByMobilePhone', { mobilePhone, smsCode: wrong(code, n) });
    expect(await attacker('loginByMobilePhone', { mobilePhone, smsCode: code })).toMatchObject(failure(400, 603));
    expect((await victim('loginByMobilePhone', { mobilePhone, smsCode: code })).status).toBe(200);
  });

  it('still works at the fifth try', async () => {
    const mobilePhone = telephone();
    const code = await sent(mobilePhone);
    for (const n of [1, 2, 3, 4]) await loginBy(mobilePhone, wrong(code, n));
    expect((await loginBy(mobilePhone, code)).status).toBe(200);
  });

  it('expires', async () => {
    const mobilePhone = telephone();
    const code = await sent(mobilePhone);
    await laterBy('code', mobilePhone);
    expect(await loginBy(mobilePhone, code)).toMatchObject(failure(400, 603));
  });

  it('ends the one before', async () => {
    const mobilePhone = telephone();
    const before = await sent(mobilePhone);
    await laterBy('codes in a minute', mobilePhone);
    const code = await sent(mobilePhone);
    if (before !== code) expect(await loginBy(mobilePhone, before)).toMatchObject(failure(400, 603));
    expect((await loginBy(mobilePhone, code)).status).toBe(200);
  });

  it('works for its phone, its application and its purpose only', async () => {
    const [mobilePhone, another] = [telephone(), telephone()];
    const code = await sent(mobilePhone);
    await sent(another);
    const reset = { mobilePhone, smsCode: code, password: 'x' };
    expect(await call('POST', '/2.0/resetPasswordBySmsCode', reset)).toMatchObject(failure(400, 603));
    expect(await loginBy(another, code)).toMatchObject(failure(400, 603));
    const elsewhere = { mobilePhone, smsCode: code };
    expect(await accountsOf(system, 'plain').call('POST', '/2.0/loginByMobilePhone', elsewhere)).toMatchObject(
      failure(400, 603),
    );
    expect((await loginBy(mobilePhone, code)).status).toBe(200);
  });

  it.each(['', '12345', 'abcdef', '1234567', 'x'.repeat(17)])('is not "%s"', async (smsCode) => {
    const { status, body } = await loginBy(telephone(), smsCode);
    expect([status, body]).toEqual([400, { code: expect.toBeOneOf([603, 107]), error: expect.any(String) }]);
  });
});

describe('codes', () => {
  it('are sent to a phone once a minute, whatever for and however fast they are asked for', async () => {
    const mobilePhone = telephone();
    const answers = await Promise.all([...Array(5)].map(() => request(mobilePhone)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 429, 429, 429, 429]);
    expect(await request(mobilePhone, 'requestPasswordReset')).toMatchObject(failure(429, 601));
    expect(
      system.cloud.outbox.messages().filter((sms) => 'phoneNumber' in sms && sms.phoneNumber === mobilePhone),
    ).toHaveLength(1);
  });

  it('are sent to a phone so many times a day', async () => {
    const mobilePhone = telephone();
    for (let n = 0; n < 3; n++) {
      await sent(mobilePhone);
      await laterBy('codes in a minute', mobilePhone);
    }
    expect(await request(mobilePhone)).toMatchObject(failure(429, 601));
    await laterBy('codes in a minute', mobilePhone);
    await laterBy('codes in a day', mobilePhone);
    await sent(mobilePhone);
  });

  it('are sent by an application so many times a day', async () => {
    const capped = accountsOf(system, 'capped');
    const answers = [];
    for (let n = 0; n < 3; n++) {
      answers.push(await capped.call('POST', '/2.0/requestLoginSmsCode', { mobilePhone: telephone() }));
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  });

  it('that one address requests leave some for others', async () => {
    const request = (address: string) =>
      from(address, 'one-address')('requestLoginSmsCode', { mobilePhone: telephone() });
    const answers = [];
    for (let n = 0; n < 20; n++) answers.push(await request('2001:db8::1'));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
    // The client has its whole network.
    expect(await request('2001:db8::2')).toMatchObject(failure(429, 601));
    expect((await request('203.0.113.7')).status).toBe(200);
  });

  it('to another country than that of the application have a limit of their own', async () => {
    const { call } = accountsOf(system, 'foreign');
    const request = async (mobilePhone: string) =>
      (await call('POST', '/2.0/requestLoginSmsCode', { mobilePhone })).status;
    const uganda = ['+256700000001', '+256700000002', '+256700000003'];
    const answers = [];
    for (const phone of uganda) answers.push(await request(phone));
    expect(answers).toEqual([200, 200, 429]);
    expect(await request('+255700000001')).toBe(200);
    for (let n = 0; n < 3; n++) expect(await request(`+861380013900${n}`)).toBe(200);
  });

  it('stay within the limit of an application if many are requested at the same time', async () => {
    const racing = accountsOf(system, 'racing');
    const answers = await Promise.all(
      [...Array(8)].map(() => racing.call('POST', '/2.0/requestLoginSmsCode', { mobilePhone: telephone() })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, ...Array(6).fill(429)]);
  });

  it('stay within the limit of the stage, over all applications', async () => {
    const until = Date.now() + 60_000;
    const stage = { pk: '*#codes in a day', sk: 'counter' };
    await system.database.addAccounts([{ ...stage, count: 998, until, expires: Math.ceil(until / 1000) }]);
    const [sentBefore, refusedBefore] = [system.cloud.metrics.sum('SmsSent'), system.cloud.metrics.sum('SmsRefused')];
    const answers = await Promise.all(
      ['texts', 'plain', 'texts', 'plain', 'texts'].map((app) =>
        accountsOf(system, app).call('POST', '/2.0/requestLoginSmsCode', { mobilePhone: telephone() }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429, 429]);
    expect(answers.find(({ status }) => status === 429)?.body).toEqual({
      code: 601,
      error: 'Limit of 1000 codes per day for all applications exceeded; try again later',
    });
    expect(system.cloud.metrics.sum('SmsSent') - sentBefore).toBe(2);
    expect(system.cloud.metrics.sum('SmsRefused') - refusedBefore).toBe(3);
    // After the window the count begins again.
    await system.database.expire(({ pk }) => pk === stage.pk, Math.floor(Date.now() / 1000) - 1);
    await sent(telephone());
  });

  it('that could not be sent are reported as such', async () => {
    const mobilePhone = telephone();
    system.cloud.outbox.faults.fail(mobilePhone, 10);
    expect(await request(mobilePhone)).toMatchObject(failure(502, 602));
    system.cloud.outbox.faults.clear();
  });

  it.each([
    ['138 0013-8000', '+8613800138000'],
    ['(0)13800138001', '+8613800138001'],
    ['+1 (415) 555-2671', '+14155552671'],
  ])('go to %s, as people write numbers, at %s', async (written, mobilePhone) => {
    await request(written);
    const { code } = await codeTo(mobilePhone);
    expect(await loginBy(mobilePhone, code)).toMatchObject({ status: 200, body: { mobilePhone } });
  });

  it.each([
    '',
    '+',
    '+0123456789',
    '12',
    '+123456',
    '+1234567890123456',
    'arn:aws:sns:us-east-1:1:topic',
    '138001380a0',
  ])('do not go to "%s"', async (mobilePhone) => {
    const { status, body } = await accountsOf(system, 'plain').call('POST', '/2.0/requestLoginSmsCode', {
      mobilePhone,
    });
    expect([status, body]).toEqual([400, { code: expect.toBeOneOf([127, 107]), error: expect.any(String) }]);
  });
});

describe('a phone', () => {
  it('is added to an account with its code, and can then log in to it', async () => {
    const mobilePhone = telephone();
    const tom = await register({ mobilePhone, smsCode: await sent(mobilePhone) });
    await laterBy('codes in a minute', mobilePhone);
    expect(await loginBy(mobilePhone, await sent(mobilePhone))).toMatchObject({ body: { objectId: tom.objectId } });
    const other = telephone();
    const change = { mobilePhone: other, smsCode: await sent(other) };
    const changed = await demo.as(tom.sessionToken)('PUT', `/2.0/users/${tom.objectId}`, change);
    expect(changed).toMatchObject({ status: 200, body: { mobilePhone: other } });
    // The released number leads to another account.
    await laterBy('codes in a minute', mobilePhone);
    const { objectId } = (await loginBy(mobilePhone, await sent(mobilePhone))).body as Session;
    expect(objectId).not.toBe(tom.objectId);
  });

  it('that another account has cannot be put on a second', async () => {
    const mobilePhone = telephone();
    await register({ mobilePhone, smsCode: await sent(mobilePhone) });
    await laterBy('codes in a minute', mobilePhone);
    const again = { username: someone('name'), password: 'x', mobilePhone, smsCode: await sent(mobilePhone) };
    expect(await call('POST', '/2.0/users', again)).toMatchObject(failure(409, 214));
  });
});

describe('a password', () => {
  it('is reset by a code, which ends all sessions', async () => {
    const mobilePhone = telephone();
    const tom = await register({ mobilePhone, smsCode: await sent(mobilePhone) });
    await laterBy('codes in a minute', mobilePhone);
    const smsCode = await sent(mobilePhone, 'requestPasswordReset');
    expect(await loginBy(mobilePhone, smsCode)).toMatchObject(failure(400, 603));
    const reset = { mobilePhone, smsCode, password: 'new' };
    expect(await succeed('POST', '/2.0/resetPasswordBySmsCode', reset)).toEqual({});
    expect((await login(tom.username, tom.password)).status).toBe(404);
    expect((await login(tom.username, 'new')).status).toBe(200);
    expect(await demo.as(tom.sessionToken)('GET', `/2.0/users/${tom.objectId}`)).toMatchObject(failure(401, 209));
    expect(await call('POST', '/2.0/resetPasswordBySmsCode', reset)).toMatchObject(failure(400, 603));
  });

  it('is reset without telling anybody else whether there is an account', async () => {
    const [known, unknown] = [telephone(), telephone()];
    await register({ mobilePhone: known, smsCode: await sent(known) });
    await laterBy('codes in a minute', known);
    const answers = await Promise.all([known, unknown].map((phone) => request(phone, 'requestPasswordReset')));
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [200, {}],
      [200, {}],
    ]);
    const wrongs = await Promise.all(
      [known, unknown].map(async (mobilePhone) => {
        const smsCode = wrong((await codeTo(mobilePhone)).code);
        return call('POST', '/2.0/resetPasswordBySmsCode', { mobilePhone, smsCode, password: 'x' });
      }),
    );
    expect(wrongs[0]).toMatchObject(failure(400, 603));
    expect(wrongs[0]?.body).toEqual(wrongs[1]?.body);
  });

  it('of nobody is not reset, and a new one has to be one', async () => {
    const mobilePhone = telephone();
    const smsCode = await sent(mobilePhone, 'requestPasswordReset');
    const reset = { mobilePhone, smsCode, password: '' };
    expect(await call('POST', '/2.0/resetPasswordBySmsCode', reset)).toMatchObject(failure(400, 201));
    expect(await call('POST', '/2.0/resetPasswordBySmsCode', { ...reset, password: 'x' })).toMatchObject(
      failure(404, 101),
    );
  });

  it('is not reset by email', async () => {
    const path = '/2.0/requestPasswordReset';
    expect(await call('POST', path, { email: 'tom@example.com' })).toMatchObject(failure(501, 108));
    expect(await call('POST', path, {})).toMatchObject(failure(400, 107));
  });
});

import { describe, expect, it } from 'vitest';
import { accountsOf } from '../accounts/calls.ts';
import { database } from '../support/database.ts';
import { Device } from '../support/device.ts';
import { app, someone } from '../support/macaw.ts';
import { announce, formOf, postForm, read, textFile } from './uploads.ts';

// An application in strict mode, which counts uploads per user.
const STRICT = { 'X-ML-AppId': 'strict-uploads' };
const MB = 1024 * 1024;
const limits = { uploadsPerHour: 12, uploadsPerHourOfVisitor: 4, uploadBytesPerHour: 101 * MB };
const system = database(() => ({ [STRICT['X-ML-AppId']]: { mode: 'strict', ...limits } }));

async function logIn(login: string | Record<string, unknown>) {
  const credentials = typeof login === 'string' ? { client: login } : login;
  const device = await Device.login('4.8.4', system.origin, { ...credentials, app: STRICT['X-ML-AppId'] });
  const { token } = (await device.logins.at()) as { token: string };
  return { ...STRICT, 'X-ML-APIKey': '', 'X-ML-Session-Token': token };
}

const file = { filename: 'a.mp4', contentType: 'video/mp4', size: 1 };

describe('in strict mode', () => {
  it('who is not logged in uploads nothing', async () => {
    expect(await announce(system.origin, file, STRICT)).toMatchObject({ status: 403, body: { errorCode: 5003 } });
    const form = await postForm(system.origin, formOf(textFile('a.txt', 'text/plain', 'hello')), STRICT);
    expect([form.status, form.body]).toMatchObject([403, { errorCode: 5003 }]);
  });

  it('users, visitors, accounts and the master key upload', async () => {
    const { sessionToken } = await accountsOf(system, STRICT['X-ML-AppId']).register();
    const keys = [
      { ...STRICT, 'X-ML-APIKey': '', 'X-ML-Session-Token': sessionToken },
      await logIn(someone()),
      await logIn({ passenger: { nickname: 'guest' } }),
      { ...STRICT, 'X-ML-APIKey': '', 'X-ML-MasterKey': app.masterKey },
    ];
    for (const headers of keys) {
      expect((await announce(system.origin, file, headers)).status).toBe(200);
      const form = await postForm(system.origin, formOf(textFile('a.txt', 'text/plain', 'hello')), headers);
      expect(form.status).toBe(200);
      expect((await read((form.body as string[])[0])).status).toBe(200);
    }
  });

  it('a user uploads a limited number of files an hour, while others go on', async () => {
    const [tom, jerry] = [await logIn(someone('tom')), await logIn(someone('jerry'))];
    const answers = await Promise.all(Array.from({ length: 16 }, () => announce(system.origin, file, tom)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(12);
    const refused = answers.filter(({ status }) => status !== 200);
    for (const { status, body } of refused) {
      expect([status, body]).toMatchObject([429, { errorCode: 5012, errorMessage: expect.stringMatching(/minutes/) }]);
    }
    expect((await announce(system.origin, file, jerry)).status).toBe(200);
  });

  it('a visitor uploads fewer files an hour', async () => {
    const guest = await logIn({ passenger: { nickname: 'guest' } });
    const answers = await Promise.all(Array.from({ length: 6 }, () => announce(system.origin, file, guest)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
  });

  it('a user uploads a limited number of bytes an hour', async () => {
    const tom = await logIn(someone('tom'));
    const film = { ...file, size: 20 * MB };
    const answers = await Promise.all(Array.from({ length: 7 }, () => announce(system.origin, film, tom)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    expect((await announce(system.origin, file, tom)).status).toBe(200);
  });
});

import { describe, expect, it } from 'vitest';
import { database } from '../support/database.ts';
import { Device } from '../support/device.ts';
import { app, rest, sign, someone } from '../support/macaw.ts';

const PREVIOUS = 'the client key before';
const HOUR = 3_600_000;

const system = database(() => ({
  turning: { previousClientKey: { key: PREVIOUS, until: Date.now() + HOUR } },
  turned: { previousClientKey: { key: PREVIOUS, until: Date.now() - 1 } },
}));

/** Whether a signature is accepted: by REST, in the URL of a socket, and in the packet that joins the namespace. */
async function accepted(appId: string, key: string): Promise<boolean[]> {
  const answer = await rest(system.origin, 'GET', '/ctx/tom/friends', {
    headers: { 'X-ML-AppId': appId, 'X-ML-APIKey': '', 'X-ML-Request-Sign': sign(key) },
  });
  const auth = { app: appId, sign: sign(key), client: someone('tom') };
  const logins = [{ query: { auth: JSON.stringify(auth) } }, { options: { auth } }].map(async (options) => {
    const { logins } = new Device('4.8.4', system.origin, options);
    return ((await logins.at()) as { success: boolean }).success;
  });
  return [answer.status === 200, ...(await Promise.all(logins))];
}

describe('a signature', () => {
  it.each([
    ['the client key', 'turning', app.clientKey, true],
    ['the client key before, in its grace period', 'turning', PREVIOUS, true],
    ['the client key before, after its grace period', 'turned', PREVIOUS, false],
    // Only its hash is stored, and no MD5 of the key itself can be checked by that.
    ['the master key', 'turning', app.masterKey, false],
    ['another key', 'turning', 'another key', false],
  ])('made with %s: by REST and on the socket alike', async (_, appId, key, expected) => {
    expect(await accepted(appId, key)).toEqual([expected, expected, expected]);
  });
});

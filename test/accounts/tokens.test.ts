import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { readSignedToken, signToken } from '../../functions/auth/signed-token.ts';
import type { Principal } from '../../functions/shared/principal.ts';
import type { App } from '../../functions/store/apps.ts';

const DAY = 24 * 60 * 60 * 1000;
const ISSUED = 1_790_000_000_000;

// Nothing else of an application matters to a token.
const masterKeyHash = 'UI7pXI5eQNqmiYp3Qmgwxj5C1wPNTaqhgsRv0ByW25I';
const app = { id: 'macaw-demo', masterKeyHash } as App;

/** A token of the format before JWT, for that application and time. */
const EARLIER = {
  user: 'eyJraW5kIjoidXNlciIsImlkIjoidG9tIiwidW50aWwiOjE3OTI1OTIwMDAwMDB9.zp1pxE9TTWgvxg2GPPH6X95XESvWssGdqKixv14DhcU',
  passenger:
    'eyJraW5kIjoicGFzc2VuZ2VyIiwiaWQiOiJ0eWtlIiwidW50aWwiOjE3OTI1OTIwMDAwMDB9.yafLG_F9QnO_yFBctqhanyAM8zSdRdZd2sUWI8ZAxN0',
};

const issue = (principal: Principal) => signToken(app, { principal, until: ISSUED + 30 * DAY });
const holder = async (...args: Parameters<typeof readSignedToken>) => (await readSignedToken(...args))?.principal;

const visitor: Principal = { app: app.id, kind: 'visitor', id: 'tyke' };

it('a token is a JWT that identifies its holder for 30 days', async () => {
  const token = await issue(visitor);
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'macaw-session+jwt' });
  expect(decodeJwt(token)).toEqual({
    kind: 'visitor',
    sub: 'tyke',
    aud: app.id,
    exp: (ISSUED + 30 * DAY) / 1000,
    jti: expect.stringMatching(/^[\w-]{36}$/),
  });
  expect(await holder(app, token, ISSUED + 30 * DAY - 1000)).toEqual(visitor);
  expect(await holder(app, token, ISSUED + 30 * DAY)).toBeUndefined();
});

it('a token of the earlier format identifies its holder until its 30 days are over', async () => {
  expect(await holder(app, EARLIER.user, ISSUED)).toEqual({ app: app.id, kind: 'user', id: 'tom' });
  expect(await holder(app, EARLIER.passenger, ISSUED + 30 * DAY - 1)).toEqual(visitor);
  expect(await holder(app, EARLIER.user, ISSUED + 30 * DAY)).toBeUndefined();
});

it('a token is worth nothing in another application, or after the master key changed', async () => {
  const token = await issue(visitor);
  for (const one of [token, EARLIER.passenger]) {
    expect(await holder({ ...app, id: 'other' }, one, ISSUED)).toBeUndefined();
    expect(await holder({ ...app, masterKeyHash: 'another' }, one, ISSUED)).toBeUndefined();
  }
});

it.each(['none', 'HS512', 'wrong type', 'no expiry', 'signature cut off', 'changed claims'])(
  'a forged token is worth nothing: %s',
  async (how) => {
    const [header = '', claims = '', signature = ''] = (await issue(visitor)).split('.');
    const key = new TextEncoder().encode(app.masterKeyHash);
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const made = new SignJWT({ kind: 'user', sub: 'tom', aud: app.id });
    const typ = 'macaw-session+jwt';
    const forged = {
      none: async () => `${encode({ alg: 'none', typ })}.${claims}.`,
      HS512: () => made.setProtectedHeader({ alg: 'HS512', typ }).setExpirationTime(ISSUED).sign(key),
      'wrong type': () => made.setProtectedHeader({ alg: 'HS256' }).setExpirationTime(ISSUED).sign(key),
      'no expiry': () => made.setProtectedHeader({ alg: 'HS256', typ }).sign(key),
      'signature cut off': async () => `${header}.${claims}`,
      'changed claims': async () =>
        `${header}.${encode({ kind: 'visitor', sub: 'spike', aud: app.id, exp: ISSUED })}.${signature}`,
    }[how];
    // The token has not expired, so the failure has another cause.
    expect(await holder(app, (await forged?.()) ?? '', ISSUED - DAY)).toBeUndefined();
  },
);

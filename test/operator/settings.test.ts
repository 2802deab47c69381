import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { holdsClientKey } from '../../functions/auth/client-key.ts';
import { suggest } from '../../functions/operator/suggest.ts';
import { secondsIn } from '../../scripts/operator/times.ts';
import { sign } from '../support/demo-app.ts';

// Other test files load the REST routes, which give schemas ids. The operator function does not load them.
vi.resetModules();
const { changeSettings, listSettings, readSetting } = await import('../../functions/operator/settings.ts');
const { AppSettings } = await import('../../functions/store/app-settings.ts');

const NAMES = ['groupMembers', 'roomMembers', 'sms.prefix', 'sms.perDay', 'push.media.image', 'presenceGraceSeconds'];

describe('settings', () => {
  it('are read as what they are', () => {
    expect(readSetting('groupMembers', '12')).toBe(12);
    expect(readSetting('plainLogin', 'false')).toBe(false);
    expect(readSetting('logins.qq.appId', '1234')).toBe('1234');
    expect(readSetting('sms.prefix', '+86')).toBe('+86');
    expect(readSetting('logins.google.clientIds', '["a","b"]')).toEqual(['a', 'b']);
    expect(readSetting('logins.wechat', '{}')).toEqual({});
    expect(readSetting('logins.oidc.own.issuer', 'https://x')).toBe('https://x');
  });

  it('change only where they are named', () => {
    const given = { groupMembers: 9, sms: { prefix: '+86', perDay: 7 } };
    expect(changeSettings(given, { 'sms.perDay': 8, 'push.template': '{name}: {text}' }, ['groupMembers'])).toEqual({
      sms: { prefix: '+86', perDay: 8 },
      push: { template: '{name}: {text}' },
    });
    expect(given).toEqual({ groupMembers: 9, sms: { prefix: '+86', perDay: 7 } });
  });

  it('may come as a whole group', () => {
    const google = { clientIds: ['a'] };
    expect(changeSettings({}, { logins: { google }, 'logins.wechat': {} }, [])).toEqual({
      logins: { google, wechat: {} },
    });
  });

  it.each([
    [{ groupMember: 1 }, 'There is no setting groupMember; did you mean groupMembers?'],
    [{ 'sms.perfix': '+86' }, 'There is no setting sms.perfix; did you mean sms.prefix?'],
    [{ sms: { perDay: 1, perWeek: 2 } }, 'There is no setting sms.perWeek'],
    [{ clientKey: 'x' }, 'There is no setting clientKey'],
    [{ constructor: 1 }, 'There is no setting constructor'],
    [{ groupMembers: 0 }, 'groupMembers: expected a whole number from 1 to 10000, not 0'],
    [{ groupMembers: 1.5 }, 'groupMembers: expected a whole number from 1 to 10000, not 1.5'],
    [{ presenceGraceSeconds: 61 }, 'presenceGraceSeconds: expected a whole number from 0 to 60, not 61'],
    [{ mode: 'closed' }, 'mode: expected "open" or "strict", not "closed"'],
    [{ plainLogin: 'no' }, 'plainLogin: expected true or false, not "no"'],
    [{ 'push.nameAttribute': '' }, 'push.nameAttribute: expected a text of 1 to 128 characters, not ""'],
    [{ 'push.template': 'x'.repeat(300) }, /^push\.template: expected a text of 0 to 256 characters$/],
    [{ 'sms.prefix': '86' }, 'sms.prefix: expected "+" and a country code of 1 to 4 digits, such as +86'],
    [{ 'sms.template': 'hello' }, 'sms.template: expected a text that contains {code}'],
    [{ 'logins.facebook.appId': '1' }, 'logins.facebook.appSecret is missing: expected a text'],
    [{ 'logins.facebook': { appId: '1', appSecret: 42 } }, /^logins\.facebook\.appSecret: expected a text$/],
    [{ 'logins.jwt.secret': 'too short' }, /^logins\.jwt\.secret: expected at least 32 bytes$/],
    [{ 'logins.jwt.jwksUrl': 'http://example.com/keys' }, 'logins.jwt.jwksUrl: expected a'],
    [{ 'logins.jwt.jwksUrl': 'http://169.254.169.254/keys' }, 'logins.jwt.jwksUrl: expected a'],
    [
      { 'logins.jwt.jwksUrl': 'http://127.0.0.1:9001/2018-06-01/runtime/invocation/next' },
      'logins.jwt.jwksUrl: expected a',
    ],
    [{ 'logins.jwt.jwksUrl': 'https://10.0.0.1/keys' }, 'logins.jwt.jwksUrl: expected a public'],
    [{ 'logins.wechat.api': 'https://[::1]' }, 'logins.wechat.api: expected a public'],
    [{ 'logins.jwt.issuer': 'https://example.com' }, 'logins.jwt: expected secret, jwksUrl, or both'],
    [
      { 'logins.google': { issuer: 'http://127.0.0.1:1@evil.example/', clientIds: ['a'] } },
      'logins.google.issuer: expected a public https address without a user name',
    ],
    [{ 'publicAttributes.user': 'nickname' }, 'publicAttributes.user: expected a list in JSON, not "nickname"'],
    [{ 'logins.google.clientIds': [''] }, 'logins.google.clientIds.0: expected a text that is not empty, not ""'],
    [
      { 'logins.wechat.api': 'ftp://x' },
      'logins.wechat.api: expected a public https address without a user name, such as https://login.example.com',
    ],
    [
      { 'logins.oidc': { 'A B': { issuer: 'https://x', clientIds: ['a'] } } },
      'logins.oidc.A B: expected 1 to 32 characters of a-z 0-9 _ -',
    ],
  ])('refuse %j', (set, message) => {
    expect(() => changeSettings({}, set, [])).toThrow(message);
  });

  it('tell everything but secrets', () => {
    const secret = `do not tell: ${'x'.repeat(32)}`;
    const logins = { facebook: { appId: '1', appSecret: 'do not tell' }, jwt: { secret } };
    const listed = listSettings(AppSettings.parse({ groupMembers: 9, logins }));
    expect(listed).toContainEqual({ name: 'groupMembers', value: 9, isDefault: false });
    expect(listed).toContainEqual({ name: 'roomMembers', value: 1000, isDefault: true });
    expect(listed).toContainEqual({ name: 'logins.facebook.appSecret', value: '(hidden)', isDefault: false });
    expect(listed).toContainEqual({ name: 'logins.jwt.secret', value: '(hidden)', isDefault: false });
    expect(JSON.stringify(listed)).not.toContain('do not tell');
  });

  it('are what they were once a change is reset', () => {
    fc.assert(
      fc.property(fc.subarray(NAMES), fc.integer({ min: 1, max: 60 }), (names, number) => {
        const set = Object.fromEntries(names.map((name) => [name, /prefix/.test(name) ? `+${number}` : number]));
        const texts = Object.fromEntries(
          Object.entries(set).map(([name, value]) => [name, /image/.test(name) ? String(value) : value]),
        );
        const changed = changeSettings({}, texts, []);
        expect(listSettings(AppSettings.parse(changeSettings(changed, {}, names)))).toEqual(
          listSettings(AppSettings.parse({})),
        );
      }),
    );
  });
});

describe('a name that is nearly right', () => {
  it('leads to the right one, whichever letter is missing', () => {
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), fc.nat(), (name, n) => {
        const at = n % name.length;
        expect(suggest(name.slice(0, at) + name.slice(at + 1), NAMES)).toBe(name);
      }),
    );
    expect(suggest('something else', NAMES)).toBeUndefined();
  });
});

describe('the client key before', () => {
  it('is accepted until its time, and never after; the one now, always', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 1000 }), fc.boolean(), (late, signed) => {
        const until = 1_790_000_000_000;
        const app = { clientKey: 'now', previousClientKey: { key: 'before', until } };
        const accepted = (key: string) => holdsClientKey(app, signed ? { sign: sign(key) } : { key }, until + late);
        expect([accepted('now'), accepted('before'), accepted('other')]).toEqual([true, late < 0, false]);
      }),
    );
  });

  it('is none for an application that had no other', () => {
    const app = { clientKey: 'now', previousClientKey: undefined };
    expect(holdsClientKey(app, { key: 'now' }, 0)).toBe(true);
    expect(holdsClientKey(app, { key: 'undefined' }, 0)).toBe(false);
    expect(holdsClientKey(app, {}, 0)).toBe(false);
  });
});

describe('a time', () => {
  it('has a unit, or is 0', () => {
    expect(['90s', '30m', '12h', '7d', '0'].map(secondsIn)).toEqual([90, 1800, 43_200, 604_800, 0]);
    expect(['', '7', 'd', '7w', '-7d', '1.5h'].map(secondsIn)).toEqual(Array(6).fill(undefined));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countryCode } from '../../functions/accounts/country-code.ts';
import { parsePhone } from '../../functions/accounts/fields.ts';
import { hashPassword, passwordMatches } from '../../functions/accounts/password.ts';
import type { App } from '../../functions/store/apps.ts';

/** An application with the settings that concern phone numbers. */
const appIn = (prefix?: string) => ({ sms: { prefix } }) as App;

const number = fc.bigInt({ min: 1_000_000n, max: 99_999_999_999n }).map(String);
const decoration = fc.array(fc.constantFrom(' ', '-', '.', '(', ')'), { minLength: 30, maxLength: 30 });

const decorated = (digits: string, between: string[]) => [...digits].map((digit, n) => digit + between[n]).join('');

describe('a telephone number', () => {
  it('is the same however it is decorated', () => {
    fc.assert(
      fc.property(number, decoration, (digits, between) => {
        expect(parsePhone(appIn(), decorated(`+${digits}`, between))).toBe(`+${digits}`);
      }),
    );
  });

  it('is in the country of the application unless it names another', () => {
    fc.assert(
      fc.property(number, decoration, (digits, between) => {
        expect(parsePhone(appIn('+86'), decorated(`0${digits}`, between))).toBe(`+86${digits}`);
        expect(parsePhone(appIn('+86'), `+${digits}`)).toBe(`+${digits}`);
      }),
    );
  });

  it('is in the form of E.164, or refused', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        let phone: string | undefined;
        try {
          phone = parsePhone(appIn(), value);
        } catch (error) {
          expect(error).toMatchObject({ accountCode: 127 });
        }
        if (phone !== undefined) expect(phone).toMatch(/^\+[1-9]\d{6,14}$/);
      }),
    );
  });
});

describe('a hashed password', () => {
  it('matches itself only, and looks different each time', { tags: 'slow' }, async () => {
    const [one, other] = await Promise.all([hashPassword('pässwörd'), hashPassword('pässwörd')]);
    expect(one).toMatch(/^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
    expect(one).not.toBe(other);
    expect(await passwordMatches('pässwörd', one)).toBe(true);
    expect(await passwordMatches('passwörd', one)).toBe(false);
    expect(await passwordMatches('', one)).toBe(false);
    expect(await passwordMatches('pässwörd', undefined)).toBe(false);
  });

  it('is checked by the cost that it was made with', async () => {
    // scrypt('password', 'NaCl…') with N=1024, r=8, p=16 is a test vector of RFC 7914, section 12.
    const hash = Buffer.from(
      'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
      'hex',
    );
    const stored = `scrypt$1024$8$16$${Buffer.from('NaCl').toString('base64url')}$${hash.toString('base64url')}`;
    expect(await passwordMatches('password', stored)).toBe(true);
    expect(await passwordMatches('Password', stored)).toBe(false);
  });
});

it.each([
  ['+14155552671', '+1'],
  ['+79161234567', '+7'],
  ['+8613800138000', '+86'],
  ['+390612345678', '+39'],
  ['+358401234567', '+358'],
  ['+256700000001', '+256'],
])('the country code of %s is %s', (phone, code) => {
  expect(countryCode(phone)).toBe(code);
});

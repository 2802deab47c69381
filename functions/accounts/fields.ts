import { checkAttributes } from '../attributes/limits.ts';
import { hidesCharacters } from '../attributes/names.ts';
import type { App } from '../store/apps.ts';
import { ACCOUNT_ERROR, AccountError } from './errors.ts';

const USERNAME_CHARACTERS = 128;
const PASSWORD_CHARACTERS = 256;
const EMAIL_CHARACTERS = 254;

/** @throws AccountError 200 or 107 */
export function parseUsername(value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    throw new AccountError(ACCOUNT_ERROR.usernameMissing, 'username: expected a non-empty string');
  }
  // Usernames are compared in NFKC form, in which one character can become 18 characters.
  const length = Math.max(value.length, value.normalize('NFKC').length);
  if (length > USERNAME_CHARACTERS || /\p{Cf}|^\s|\s$/u.test(value) || hidesCharacters(value)) {
    throw new AccountError(
      ACCOUNT_ERROR.badParameter,
      `username: expected at most ${USERNAME_CHARACTERS} characters, without control, invisible or text direction characters, and without leading or trailing spaces`,
    );
  }
  return value;
}

/** @throws AccountError 201 or 107 */
export function parsePassword(value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    throw new AccountError(ACCOUNT_ERROR.passwordMissing, 'The password must be a non-empty string');
  }
  if (value.length > PASSWORD_CHARACTERS) {
    throw new AccountError(
      ACCOUNT_ERROR.badParameter,
      `The password must have at most ${PASSWORD_CHARACTERS} characters`,
    );
  }
  return value;
}

/** A rough check of the format. Only a sent email can prove that an address exists. */
const EMAIL = /^[^\s@\p{C}]+@[^\s@\p{C}]+\.[^\s@\p{C}]+$/u;

/** @throws AccountError 125 */
export function parseEmail(value: unknown): string {
  if (typeof value !== 'string' || value.length > EMAIL_CHARACTERS || !EMAIL.test(value) || hidesCharacters(value)) {
    throw new AccountError(ACCOUNT_ERROR.badEmail, 'email: expected an address such as tom@example.com');
  }
  return value;
}

/** The ITU-T E.164 format: `+`, the country code, and the national number. */
const E164 = /^\+[1-9]\d{6,14}$/;

/**
 * Parses a phone number. It removes spaces, dots, dashes and brackets. If the country code is missing, it adds the
 * prefix of the application.
 * @throws AccountError 127
 */
export function parsePhone(app: App, value: unknown): string {
  const digits = typeof value === 'string' ? value.replace(/[\s().-]/g, '') : '';
  const { prefix } = app.sms;
  const phone = digits.startsWith('+') || prefix === undefined ? digits : prefix + digits.replace(/^0+/, '');
  if (!E164.test(phone)) {
    const national = prefix === undefined ? '' : `, or a national number of the country ${prefix}`;
    throw new AccountError(
      ACCOUNT_ERROR.badPhone,
      `Invalid phone number: expected a number such as +8613800138000${national}`,
    );
  }
  return phone;
}

/** Names that the server defines. The application defines all other fields of an account. */
const RESERVED = new Set([
  'objectId',
  'username',
  'password',
  'email',
  'emailVerified',
  'mobilePhone',
  'mobilePhoneVerified',
  'smsCode',
  'authData',
  'sessionToken',
  'createdAt',
  'updatedAt',
]);

/**
 * Checks the fields that the application defines: any JSON within the limits of attributes.
 * @throws AccountError 107 for a reserved name; ChatError 5001 or 5010
 */
export function checkFields(fields: Record<string, unknown>): Record<string, unknown> {
  const reserved = Object.keys(fields).find((name) => RESERVED.has(name));
  if (reserved !== undefined) {
    throw new AccountError(ACCOUNT_ERROR.badParameter, `${reserved}: reserved name, which cannot be set here`);
  }
  return checkAttributes(fields);
}

import { checkAttributes } from '../attributes/limits.ts';
import type { App } from '../store/apps.ts';
import { ACCOUNT_ERROR, AccountError } from './errors.ts';

const USERNAME_CHARACTERS = 128;
const PASSWORD_CHARACTERS = 256;
const EMAIL_CHARACTERS = 254;

/** @throws AccountError 200 or 107 */
export function parseUsername(value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    throw new AccountError(ACCOUNT_ERROR.usernameMissing, 'username must be a text that is not empty');
  }
  // Equal names are found by their NFKC form, in which one character may become eighteen.
  const length = Math.max(value.length, value.normalize('NFKC').length);
  if (length > USERNAME_CHARACTERS || /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\uFFFD]|^\s|\s$/u.test(value)) {
    throw new AccountError(
      ACCOUNT_ERROR.badParameter,
      `username: expected at most ${USERNAME_CHARACTERS} characters, no control, invisible or direction characters, and no space at either end`,
    );
  }
  return value;
}

/** @throws AccountError 201 or 107 */
export function parsePassword(value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    throw new AccountError(ACCOUNT_ERROR.passwordMissing, 'The password must be a text that is not empty');
  }
  if (value.length > PASSWORD_CHARACTERS) {
    throw new AccountError(
      ACCOUNT_ERROR.badParameter,
      `The password may have at most ${PASSWORD_CHARACTERS} characters`,
    );
  }
  return value;
}

/** Only roughly an address: whether it is one, a mail would have to show. */
const EMAIL = /^[^\s@\p{C}]+@[^\s@\p{C}]+\.[^\s@\p{C}]+$/u;

/** @throws AccountError 125 */
export function parseEmail(value: unknown): string {
  if (typeof value !== 'string' || value.length > EMAIL_CHARACTERS || !EMAIL.test(value)) {
    throw new AccountError(ACCOUNT_ERROR.badEmail, 'email must be an address such as tom@example.com');
  }
  return value;
}

/** As ITU-T E.164 has it: `+`, the country, and the number there. */
const E164 = /^\+[1-9]\d{6,14}$/;

/**
 * A telephone number with its country. People write spaces, dots, dashes and brackets into numbers; and leave the
 * country out, for which an application has a prefix.
 * @throws AccountError 127
 */
export function parsePhone(app: App, value: unknown): string {
  const digits = typeof value === 'string' ? value.replace(/[\s().-]/g, '') : '';
  const { prefix } = app.sms;
  const phone = digits.startsWith('+') || prefix === undefined ? digits : prefix + digits.replace(/^0+/, '');
  if (!E164.test(phone)) {
    const national = prefix === undefined ? '' : `, or a number in the country ${prefix}`;
    throw new AccountError(
      ACCOUNT_ERROR.badPhone,
      `The phone must be a telephone number such as +8613800138000${national}`,
    );
  }
  return phone;
}

/** What has a meaning here; all other fields of an account are the application's. */
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
 * The application's own fields of an account: any JSON, within the limits of attributes.
 * @throws AccountError 107 when one has a name that is taken; ChatError 5001 or 5010
 */
export function checkFields(fields: Record<string, unknown>): Record<string, unknown> {
  const reserved = Object.keys(fields).find((name) => RESERVED.has(name));
  if (reserved !== undefined) {
    throw new AccountError(ACCOUNT_ERROR.badParameter, `${reserved} cannot be set here`);
  }
  return checkAttributes(fields);
}

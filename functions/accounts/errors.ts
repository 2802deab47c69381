import { ChatError, ERROR, type ErrorCode, Forbidden, NotLoggedIn } from '../shared/errors.ts';

/** Error codes of the account endpoints. They match MaxLeap and Parse where those define a code. */
export const ACCOUNT_ERROR = {
  failed: 1,
  notFound: 101,
  badParameter: 107,
  unsupported: 108,
  tooLong: 116,
  forbidden: 119,
  badEmail: 125,
  badPhone: 127,
  tooManyRequests: 155,
  usernameMissing: 200,
  passwordMissing: 201,
  usernameTaken: 202,
  emailTaken: 203,
  loginTaken: 208,
  notLoggedIn: 209,
  phoneTaken: 214,
  loginRefused: 251,
  platformNotOffered: 252,
  providerFailed: 253,
  notAuthorised: 401,
  tooManyCodes: 601,
  codeNotSent: 602,
  badCode: 603,
} as const;

export type AccountErrorCode = (typeof ACCOUNT_ERROR)[keyof typeof ACCOUNT_ERROR];

/** The chat error code for each account error. Clients on the socket expect the codes of MaxIM. */
const CHAT_CODE: Record<AccountErrorCode, ErrorCode> = {
  1: ERROR.database,
  101: ERROR.notAuthorised,
  107: ERROR.badParameter,
  108: ERROR.unsupported,
  116: ERROR.tooLong,
  119: ERROR.notAuthorised,
  125: ERROR.badParameter,
  127: ERROR.badParameter,
  155: ERROR.notAuthorised,
  200: ERROR.badParameter,
  201: ERROR.badParameter,
  202: ERROR.conflict,
  203: ERROR.conflict,
  208: ERROR.conflict,
  209: ERROR.notAuthorised,
  214: ERROR.conflict,
  251: ERROR.notAuthorised,
  252: ERROR.unsupported,
  253: ERROR.database,
  401: ERROR.notAuthorised,
  601: ERROR.notAuthorised,
  602: ERROR.database,
  603: ERROR.notAuthorised,
};

/** The account error code for each chat error. */
const ACCOUNT_CODE: Record<ErrorCode, AccountErrorCode> = {
  [ERROR.badParameter]: ACCOUNT_ERROR.badParameter,
  [ERROR.database]: ACCOUNT_ERROR.failed,
  [ERROR.notAuthorised]: ACCOUNT_ERROR.notAuthorised,
  [ERROR.notFound]: ACCOUNT_ERROR.notFound,
  [ERROR.conflict]: ACCOUNT_ERROR.tooManyRequests,
  [ERROR.storage]: ACCOUNT_ERROR.failed,
  [ERROR.unreadableImage]: ACCOUNT_ERROR.badParameter,
  [ERROR.memberLimit]: ACCOUNT_ERROR.tooManyRequests,
  [ERROR.unsupported]: ACCOUNT_ERROR.unsupported,
  [ERROR.tooLong]: ACCOUNT_ERROR.tooLong,
  [ERROR.fileTooLarge]: ACCOUNT_ERROR.tooLong,
  [ERROR.uploadFailed]: ACCOUNT_ERROR.badParameter,
  [ERROR.badQuery]: ACCOUNT_ERROR.badParameter,
};

/** An account error whose message the server sends to the client. */
export class AccountError extends ChatError {
  readonly accountCode: AccountErrorCode;

  constructor(code: AccountErrorCode, message: string) {
    super(CHAT_CODE[code], message);
    this.accountCode = code;
  }
}

/** Returns the account error code for any chat error. */
export function accountCodeOf(error: ChatError): AccountErrorCode {
  if (error instanceof AccountError) return error.accountCode;
  if (error instanceof NotLoggedIn) return ACCOUNT_ERROR.notLoggedIn;
  if (error instanceof Forbidden) return ACCOUNT_ERROR.forbidden;
  return ACCOUNT_CODE[error.code];
}

/** The error codes of the MaxIM protocol. */
export const ERROR = {
  badParameter: 5001,
  database: 5002,
  notAuthorised: 5003,
  notFound: 5004,
  conflict: 5005,
  storage: 5006,
  unreadableImage: 5007,
  memberLimit: 5008,
  unsupported: 5009,
  tooLong: 5010,
  fileTooLarge: 5011,
  uploadFailed: 5012,
  badQuery: 5018,
} as const;

export type ErrorCode = (typeof ERROR)[keyof typeof ERROR];

/** An error that is shown to the client: a documented code and a message with the cause and the valid values. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The caller is authenticated but has no permission. */
export class Forbidden extends ChatError {
  constructor(message: string) {
    super(ERROR.notAuthorised, message);
  }
}

/** The caller is not authenticated. */
export class NotLoggedIn extends Forbidden {}

/** The caller exceeds a rate limit. */
export class TooManyRequests extends ChatError {}

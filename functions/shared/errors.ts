/** The error codes that MaxIM's clients know. */
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

/** A failure that a client may see: a documented code, and a message that says what was wrong and what would be right. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Who asks is known, but may not do this. */
export class Forbidden extends ChatError {
  constructor(message: string) {
    super(ERROR.notAuthorised, message);
  }
}

/** Who asks would have to be logged in. */
export class NotLoggedIn extends Forbidden {}

/** Who asks may do this, but not so often. */
export class TooManyRequests extends ChatError {}

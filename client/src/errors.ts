import { ChatErrorCode } from './generated/codes.ts';

/** What can go wrong without an answer of the server. */
const LOCAL = {
  /** The server could not be reached. */
  network: -1,
  /** The server did not answer in time. */
  timeout: -2,
  /** A call needs a user who is logged in. */
  notLoggedIn: -3,
  /** The outbox holds too many messages. */
  outboxFull: -4,
  /** The first attempt is too long ago to repeat it safely: the message could be stored twice. */
  expired: -5,
  /** The app was closed before the file was uploaded. */
  fileLost: -6,
  /** The connection was closed by `logout` or `close`. */
  closed: -7,
} as const;

/** All error codes except those of accounts, which are in `AccountErrorCode`. */
export const ErrorCode = { ...LOCAL, ...ChatErrorCode } as const;

const TEMPORARY: ReadonlySet<number> = new Set([
  ErrorCode.network,
  ErrorCode.timeout,
  ErrorCode.database,
  ErrorCode.conflict,
  ErrorCode.memberLimit,
]);

/** A failure, with the code and the message of the server, or a code below 0 of the client itself. */
export class MacawError extends Error {
  override readonly name = 'MacawError';
  readonly code: number;
  /** The HTTP status of a REST response. */
  readonly status: number | undefined;

  constructor(code: number, message: string, status?: number) {
    super(message);
    this.code = code;
    this.status = status;
  }

  /** Whether the same request can succeed later. On the socket, 5008 is a rate limit. */
  get temporary(): boolean {
    return this.status === undefined ? TEMPORARY.has(this.code) : this.status >= 500 || this.status === 429;
  }
}

/** Converts anything that was thrown. What is no `MacawError` comes from the network. */
export function asMacawError(error: unknown): MacawError {
  if (error instanceof MacawError) return error;
  return new MacawError(ErrorCode.network, error instanceof Error ? error.message : String(error));
}

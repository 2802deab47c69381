import { ERROR, type ErrorCode } from '../shared/errors.ts';

/** The HTTP status of each MaxIM error code. MaxIM clients read the code only. */
export const STATUS: Record<ErrorCode, 400 | 401 | 404 | 409 | 413 | 422 | 500 | 501> = {
  [ERROR.badParameter]: 400,
  [ERROR.database]: 500,
  [ERROR.notAuthorised]: 401,
  [ERROR.notFound]: 404,
  [ERROR.conflict]: 409,
  [ERROR.storage]: 500,
  [ERROR.unreadableImage]: 422,
  [ERROR.memberLimit]: 409,
  [ERROR.unsupported]: 501,
  [ERROR.tooLong]: 413,
  [ERROR.fileTooLarge]: 413,
  [ERROR.uploadFailed]: 400,
  [ERROR.badQuery]: 400,
};

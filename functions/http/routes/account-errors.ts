import { type AccountErrorCode, accountCodeOf } from '../../accounts/errors.ts';
import type { ErrorFormat } from '../app.ts';

/** The HTTP status of each error code. */
export const ACCOUNT_STATUS: Record<AccountErrorCode, 400 | 401 | 403 | 404 | 409 | 413 | 429 | 500 | 501 | 502> = {
  1: 500,
  101: 404,
  107: 400,
  108: 501,
  116: 413,
  119: 403,
  125: 400,
  127: 400,
  155: 429,
  200: 400,
  201: 400,
  202: 409,
  203: 409,
  208: 409,
  209: 401,
  214: 409,
  251: 401,
  252: 501,
  253: 502,
  401: 401,
  601: 429,
  602: 502,
  603: 400,
};

/** The error format of the endpoints below `/2.0`. */
export const accountErrorFormat: ErrorFormat = (error) => {
  const code = accountCodeOf(error);
  return { status: ACCOUNT_STATUS[code], body: { code, error: error.message } };
};

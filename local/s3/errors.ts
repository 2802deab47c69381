import { randomBytes } from 'node:crypto';
import type { Reply } from '../shared/http.ts';
import { xml } from './xml.ts';

/** An error response of S3. */
export class S3Error extends Error {
  readonly status: number;
  readonly code: string;
  /** Additional elements of the response. */
  readonly details: Record<string, string>;

  constructor(status: number, code: string, message: string, details: Record<string, string> = {}) {
    super(message);
    this.name = 'S3Error';
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export function accessDenied(message = 'Access Denied', details: Record<string, string> = {}): S3Error {
  return new S3Error(403, 'AccessDenied', message, details);
}

/** An error for features that only AWS implements. */
export function notImplemented(what: string): S3Error {
  return new S3Error(501, 'NotImplemented', `The local cloud does not implement ${what}`);
}

export function errorReply(error: S3Error): Reply {
  const body = xml('Error', { Code: error.code, Message: error.message, ...error.details });
  return { status: error.status, headers: { 'content-type': 'application/xml' }, body };
}

export function requestId(): string {
  return randomBytes(8).toString('hex').toUpperCase();
}

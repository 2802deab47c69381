import { notImplemented, S3Error } from './errors.ts';
import { encodeRfc3986 } from './signature.ts';

/** The path prefix of S3 under the public origin. */
export const S3_PREFIX = '/_s3';

/** The S3 limit of keys in bytes. */
const KEY_BYTES = 1024;
/** The limit of key parts, which become file names with a suffix. */
const PART_BYTES = 200;

export interface Address {
  /** Empty if the request names no bucket. */
  bucket: string;
  /** Decoded. Empty for requests on the bucket. */
  key: string;
}

export function isS3Path(url: string | undefined): boolean {
  return url !== undefined && (url === S3_PREFIX || url.startsWith(`${S3_PREFIX}/`));
}

/** Parses `/_s3/bucket/key`, without the query. */
export function addressOf(path: string): Address {
  const [bucket = '', ...key] = path.slice(S3_PREFIX.length + 1).split('/');
  return { bucket: decodeKey(bucket), key: decodeKey(key.join('/')) };
}

/** @throws S3Error for invalid keys, and for keys that cannot be stored as files */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > KEY_BYTES) throw new S3Error(400, 'KeyTooLongError', 'Your key is too long');
  // Keys of folders end with a slash.
  const parts = key.replace(/\/$/, '').split('/');
  if (key !== '' && parts.some((part) => ['', '.', '..'].includes(part) || Buffer.byteLength(part) > PART_BYTES)) {
    throw notImplemented(`keys with a part that is empty, ".", ".." or longer than ${PART_BYTES} bytes`);
  }
}

export function decodeKey(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error(400, 'InvalidURI', "Couldn't parse the specified URI.");
  }
}

export function encodeKey(key: string): string {
  return key.split('/').map(encodeRfc3986).join('/');
}

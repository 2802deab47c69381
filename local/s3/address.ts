import { notImplemented, S3Error } from './errors.ts';
import { encodeRfc3986 } from './signature.ts';

/** Where S3 is found below the public origin. */
export const S3_PREFIX = '/_s3';

/** S3 allows 1024 bytes. */
const KEY_BYTES = 1024;
/** Parts of keys are names of files, which get endings. */
const PART_BYTES = 200;

export interface Address {
  /** Empty when the request names none. */
  bucket: string;
  /** Decoded; empty when the request is about the bucket itself. */
  key: string;
}

export function isS3Path(url: string | undefined): boolean {
  return url !== undefined && (url === S3_PREFIX || url.startsWith(`${S3_PREFIX}/`));
}

/** Reads `/_s3/bucket/key`, without its query. */
export function addressOf(path: string): Address {
  const [bucket = '', ...key] = path.slice(S3_PREFIX.length + 1).split('/');
  return { bucket: decodeKey(bucket), key: decodeKey(key.join('/')) };
}

/** @throws S3Error for what is no key, or none that can be kept in files */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > KEY_BYTES) throw new S3Error(400, 'KeyTooLongError', 'Your key is too long');
  // A slash at the end is no empty part: folders are made so.
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

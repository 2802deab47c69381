import { S3Error } from './errors.ts';
import { encodeRfc3986 } from './signature.ts';

/** Where S3 is found below the public origin. */
export const S3_PREFIX = '/_s3';

/** S3 allows 1024 bytes. */
const KEY_BYTES = 1024;

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
  const unsafe = key
    .split('/')
    .find((part, i, { length }) => part === '.' || part === '..' || (part === '' && i < length - 1));
  if (unsafe !== undefined) {
    throw new S3Error(501, 'NotImplemented', `The local cloud implements no keys with an empty part, "." or ".."`);
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

import { randomBytes } from 'node:crypto';
import { create as contentDisposition } from 'content-disposition';
import { ENV, FILES, IMAGES, THUMBNAILS } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';

const publicUrl = requireEnv(ENV.publicUrl);

/** The storage keys and response headers of a file. */
export interface Attachment {
  readonly key: string;
  /** Undefined for files without a thumbnail. */
  readonly thumbnail: string | undefined;
  readonly contentType: string;
  readonly contentDisposition: string;
}

/** Types that a browser displays but never executes. All other types, such as SVG and HTML, are downloads. */
const INLINE_TYPES = /^(image\/(jpeg|png|gif|webp|heic|heif|avif|bmp)|audio\/[\w.+-]+|video\/[\w.+-]+|text\/plain)$/;

/** Image types that get a thumbnail. */
const WITH_THUMBNAIL = /^image\/(jpeg|png|gif|webp)$/;

/** Maximum length of the file name in a URL. */
const NAME_CHARACTERS = 80;

/**
 * Determines the key and the headers of a file. The key has 128 random bits, so nobody can guess it.
 * @param upload `client`: the client uploads the file, and a thumbnail follows after the upload
 */
export function planAttachment(filename: string, contentType: string, upload: 'client' | 'form'): Attachment {
  const name = basename(filename);
  const below = `${randomBytes(16).toString('base64url')}/${safe(name)}`;
  const isImage = WITH_THUMBNAIL.test(contentType);
  return {
    key: (isImage && upload === 'client' ? IMAGES : FILES) + below,
    thumbnail: isImage ? THUMBNAILS + below : undefined,
    contentType,
    contentDisposition: contentDisposition(name, { type: INLINE_TYPES.test(contentType) ? 'inline' : 'attachment' }),
  };
}

/** Returns the URLs of the file and of its thumbnail, if it gets one. */
export function urlsOf({ key, thumbnail }: Attachment): string[] {
  return [key, thumbnail].flatMap((path) => (path === undefined ? [] : `${publicUrl}/${path}`));
}

/** Control characters, and characters that change the text direction. With them, `gpj.exe` can look like `exe.jpg`. */
const UNSAFE = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu;

/** Returns the file name without folders and unsafe characters. Old Windows browsers send the complete path. */
function basename(filename: string): string {
  const name = filename.toWellFormed().split(/[/\\]/).at(-1)?.replace(UNSAFE, '').normalize('NFC') ?? '';
  return name.replace(/^\.+/, '') || 'file';
}

/** Returns a name that needs no URL encoding and keeps its file extension. */
function safe(name: string): string {
  return name.replace(/[^\w.-]+/g, '_').slice(-NAME_CHARACTERS);
}

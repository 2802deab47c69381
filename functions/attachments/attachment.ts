import { randomBytes } from 'node:crypto';
import { create as contentDisposition } from 'content-disposition';
import { ENV, FILES, IMAGES, THUMBNAILS } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';

const publicUrl = requireEnv(ENV.publicUrl);

/** A file to be stored: where, and how it will be served. */
export interface Attachment {
  readonly key: string;
  /** Undefined for what can have none. */
  readonly thumbnail: string | undefined;
  readonly contentType: string;
  readonly contentDisposition: string;
}

/** What a browser shows or plays, and never runs. All else, SVG and HTML among it, is a download. */
const HARMLESS = /^(image\/(jpeg|png|gif|webp|heic|heif|avif|bmp)|audio\/[\w.+-]+|video\/[\w.+-]+|text\/plain)$/;

/** Images whose thumbnails can be made. */
const WITH_THUMBNAIL = /^image\/(jpeg|png|gif|webp)$/;

/** How long the name may be that a file has in its URL. */
const NAME_CHARACTERS = 80;

/**
 * Plans where a file goes. Nobody can guess the key: it has 128 random bits.
 * @param upload `client`: it will be uploaded by the client, and its thumbnail made afterwards
 */
export function planAttachment(filename: string, contentType: string, upload: 'client' | 'form'): Attachment {
  const name = basename(filename);
  const below = `${randomBytes(16).toString('base64url')}/${safe(name)}`;
  const isImage = WITH_THUMBNAIL.test(contentType);
  return {
    key: (isImage && upload === 'client' ? IMAGES : FILES) + below,
    thumbnail: isImage ? THUMBNAILS + below : undefined,
    contentType,
    contentDisposition: contentDisposition(name, { type: HARMLESS.test(contentType) ? 'inline' : 'attachment' }),
  };
}

/** The URLs by which the file, and its thumbnail if there can be one, will be read. */
export function urlsOf({ key, thumbnail }: Attachment): string[] {
  return [key, thumbnail].flatMap((path) => (path === undefined ? [] : `${publicUrl}/${path}`));
}

/** Control characters, and those that change the direction of text: with them `gpj.exe` can look like `exe.jpg`. */
const UNSAFE = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu;

/** The name of a file without its folders (old Windows browsers send whole paths) and without unsafe characters. */
function basename(filename: string): string {
  const name = filename.toWellFormed().split(/[/\\]/).at(-1)?.replace(UNSAFE, '').normalize('NFC') ?? '';
  return name.replace(/^\.+/, '') || 'file';
}

/** A name that is the same in every URL, and shows what the file is. */
function safe(name: string): string {
  return name.replace(/[^\w.-]+/g, '_').slice(-NAME_CHARACTERS);
}

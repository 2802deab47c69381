import { ErrorCode, MacawError } from './errors.ts';
import { platform } from './platform.ts';
import { type Call, pause } from './rest.ts';

/** A file of React Native, which sends the file at `uri`. */
export interface NativeFile {
  readonly uri: string;
  readonly name: string;
  readonly type: string;
  /** Bytes. */
  readonly size: number;
}

/** A `File`, a `Blob`, or a file of React Native. */
export type UploadFile = (Blob & { readonly name?: string }) | NativeFile;

export const isNativeFile = (file: unknown): file is NativeFile => typeof Object(file).uri === 'string';

export const isFile = (file: unknown): file is UploadFile => file instanceof Blob || isNativeFile(file);

/** Options of `upload` and `sendFile`. */
export interface UploadOptions {
  /** Called with the part that was sent, 0 to 1. Node.js and workers only report the end. */
  readonly onProgress?: ((part: number) => void) | undefined;
}

/** The result of an upload. */
export interface Uploaded {
  readonly url: string;
  /** Of JPEG, PNG, GIF and WebP. It exists one or two seconds after the upload. */
  readonly thumbnail?: string;
}

const ATTEMPTS = 3;
const PAUSE_MS = 1000;

/** The type that the server and S3 expect for a file without a type. */
const UNKNOWN_TYPE = 'application/octet-stream';

/** Uploads a file with a signed request, and repeats it after a failure of the network. */
export async function upload(call: Call, file: UploadFile, { onProgress }: UploadOptions = {}): Promise<Uploaded> {
  const body = { filename: file.name ?? 'file', contentType: file.type || UNKNOWN_TYPE, size: file.size };
  const request = await call('POST /attachment', { body });
  if (Array.isArray(request)) throw new MacawError(ErrorCode.uploadFailed, 'No upload request');
  const { url, headers, urls } = request;
  for (let attempt = 1; ; attempt++) {
    const status = await put(url, headers, file, onProgress).catch(() => 0);
    // 412: an earlier attempt succeeded, although its response was lost.
    if (status === 200 || status === 412) break;
    const isRefused = status >= 400 && status < 500 && status !== 409;
    if (isRefused || attempt === ATTEMPTS)
      throw new MacawError(
        isRefused ? ErrorCode.uploadFailed : ErrorCode.network,
        `The upload failed with HTTP status ${status}`,
        status || undefined,
      );
    await pause(PAUSE_MS * attempt);
  }
  onProgress?.(1);
  const [stored = '', thumbnail] = urls;
  return { url: stored, ...(thumbnail !== undefined && { thumbnail }) };
}

/** The thumbnail of an uploaded image, or undefined. It answers 404 until it exists: show the image then. */
export function thumbnailOf(url: string): string | undefined {
  const thumbnail = url.replace(/\/attachments\/images\//, '/attachments/thumbnails/');
  return thumbnail === url ? undefined : thumbnail;
}

/** Only XMLHttpRequest reports progress. @returns the HTTP status */
async function put(
  url: string,
  headers: Record<string, string>,
  file: UploadFile,
  onProgress: UploadOptions['onProgress'],
): Promise<number> {
  const { XMLHttpRequest } = platform;
  if (!XMLHttpRequest) {
    if (!(file instanceof Blob)) throw new TypeError('This platform can only upload a Blob or File');
    return (await fetch(url, { method: 'PUT', headers, body: file })).status;
  }
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress?.(total > 0 ? loaded / total : 0));
    request.addEventListener('load', () => resolve(request.status));
    for (const type of ['error', 'abort'] as const)
      request.addEventListener(type, () => reject(new Error('The upload was interrupted')));
    request.send(file);
  });
}

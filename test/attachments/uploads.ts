import * as z from 'zod';
import { app, rest } from '../support/macaw.ts';

export const Upload = z.object({
  method: z.literal('PUT'),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  urls: z.array(z.string()),
});
export type Upload = z.output<typeof Upload>;

/** A file on a user's device. */
export interface LocalFile {
  readonly filename: string;
  readonly contentType: string;
  readonly content: Uint8Array;
}

/** Announces an upload to the server. */
export const announce = (origin: string, file: Record<string, unknown>, headers: Record<string, string> = {}) =>
  rest(origin, 'POST', '/attachment', { body: file, headers });

/** Sends a file to the presigned URL. */
export const put = ({ method, url, headers }: Upload, content: Uint8Array, changed: Record<string, string> = {}) =>
  fetch(url, { method, headers: { ...headers, ...changed }, body: new Uint8Array(content) });

/** Announces and uploads a file as a new client does. Returns its URLs. */
export async function upload(origin: string, { filename, contentType, content }: LocalFile): Promise<string[]> {
  const { status, body } = await announce(origin, { filename, contentType, size: content.length });
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
  const prepared = Upload.parse(body);
  const uploaded = await put(prepared, content);
  if (uploaded.status !== 200) throw new Error(`${uploaded.status}: ${await uploaded.text()}`);
  return prepared.urls;
}

/** Posts a file as a form, as old clients do. */
export async function postForm(origin: string, body: FormData | Buffer | string, headers: Record<string, string> = {}) {
  const response = await fetch(new URL('/attachment', origin), {
    method: 'POST',
    headers: { 'X-ML-AppId': app.id, 'X-ML-APIKey': app.clientKey, ...headers },
    body,
  });
  return { status: response.status, body: (await response.json()) as unknown, headers: response.headers };
}

export function formOf({ filename, contentType, content }: LocalFile, field = 'attachment'): FormData {
  const form = new FormData();
  form.append(field, new File([new Uint8Array(content)], filename, { type: contentType }));
  return form;
}

/** Reads a URL: the headers that a browser evaluates, and the content. */
export async function read(url: string | undefined, init?: RequestInit) {
  const response = await fetch(url ?? '', init);
  return {
    status: response.status,
    header: (name: string) => response.headers.get(name),
    content: new Uint8Array(await response.arrayBuffer()),
  };
}

export const textFile = (name: string, contentType: string, text: string): LocalFile => ({
  filename: name,
  contentType,
  content: Buffer.from(text),
});

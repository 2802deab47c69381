import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { BodyTooLarge, readBody, splitUrl } from '../shared/http.ts';
import { type Address, addressOf } from './address.ts';
import { S3Error } from './errors.ts';

/** Bodies are held in memory, and five gigabytes are not. */
const BODY_BYTES = 64 * 1024 * 1024;

/** A request to S3, read to its end. */
export interface S3Request extends Address {
  method: string;
  /** As it came. */
  path: string;
  search: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  sourceIp: string;
}

export async function readRequest(request: IncomingMessage): Promise<S3Request> {
  const [path, search] = splitUrl(request.url);
  return {
    ...addressOf(path),
    method: request.method ?? 'GET',
    path,
    search,
    query: new URLSearchParams(search),
    headers: request.headers,
    body: await bodyOf(request),
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  try {
    return await readBody(request, BODY_BYTES);
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error;
    throw new S3Error(400, 'EntityTooLarge', `The local cloud takes ${BODY_BYTES} bytes at most`);
  }
}

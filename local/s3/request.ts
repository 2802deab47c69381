import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { BodyTooLarge, readBody, splitUrl } from '../shared/http.ts';
import { type Address, addressOf } from './address.ts';
import { S3Error } from './errors.ts';

/** The limit of bodies, which are held in memory. S3 allows 5 GB. */
const BODY_BYTES = 64 * 1024 * 1024;

/** A request to S3 with its complete body. */
export interface S3Request extends Address {
  method: string;
  /** As received. */
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
    throw new S3Error(400, 'EntityTooLarge', `The local cloud accepts at most ${BODY_BYTES} bytes`);
  }
}

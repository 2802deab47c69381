import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './errors.ts';

/**
 * Decodes `aws-chunked`, the encoding of streams by SDKs: `SIZE[;chunk-signature=…]\r\n`, the bytes, `\r\n`. The last
 * chunk has size 0, and trailers with a checksum follow. Chunk signatures are not verified.
 */
export function decodeBody(headers: IncomingHttpHeaders, body: Buffer): Buffer {
  if (!String(headers['x-amz-content-sha256']).startsWith('STREAMING-')) return body;
  const chunks: Buffer[] = [];
  let position = 0;
  for (;;) {
    const end = body.indexOf('\r\n', position);
    const [, digits] = /^([0-9a-f]{1,8})(;|$)/i.exec(body.toString('latin1', position, end)) ?? [];
    const size = Number.parseInt(digits ?? '', 16);
    const start = end + 2;
    if (end < 0 || Number.isNaN(size) || start + size > body.length) {
      throw new S3Error(400, 'IncompleteBody', 'The request body terminated unexpectedly');
    }
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(body.subarray(start, start + size));
    position = start + size + 2;
  }
}

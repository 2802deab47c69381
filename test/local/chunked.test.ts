import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBody } from '../../local/s3/chunked.ts';

const TRAILER = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }));

/** As SDKs send a stream. */
function encode(parts: Uint8Array[], signed: boolean): Buffer {
  const extension = signed ? `;chunk-signature=${'0'.repeat(64)}` : '';
  const encoded = parts.flatMap((part) => [`${part.length.toString(16)}${extension}\r\n`, part, '\r\n']);
  return Buffer.concat(
    [...encoded, `0${extension}\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n`].map((part) => Buffer.from(part)),
  );
}

describe('bodies in aws-chunked', () => {
  test('are decoded, whatever their bytes', () => {
    fc.assert(
      fc.property(chunks, fc.boolean(), (parts, signed) => {
        const headers = { 'x-amz-content-sha256': TRAILER };
        expect(decodeBody(headers, encode(parts, signed))).toEqual(Buffer.concat(parts));
      }),
    );
  });

  test('that end too early are refused', () => {
    fc.assert(
      fc.property(chunks, fc.nat(), (parts, at) => {
        const whole = encode(parts, false);
        const end = whole.lastIndexOf('0\r\nx-amz-checksum');
        expect(() => decodeBody({ 'x-amz-content-sha256': TRAILER }, whole.subarray(0, at % (end + 1)))).toThrow(
          'terminated unexpectedly',
        );
      }),
    );
  });

  test('of a negative size are refused', () => {
    const body = Buffer.from('-4\r\nabcd\r\n0\r\n\r\n');
    expect(() => decodeBody({ 'x-amz-content-sha256': TRAILER }, body)).toThrow('terminated unexpectedly');
  });

  test('in no coding are left as they are', () => {
    const body = Buffer.from('3\r\nabc\r\n0\r\n\r\n');
    expect(decodeBody({ 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }, body)).toBe(body);
  });
});

import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type * as z from 'zod/mini';
import type { Presign, Presigned } from '../jobs/files.ts';
import { clientConfig } from '../shared/aws-client.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';

// Without checksums: the signed URL of an upload would contain that of an empty body.
const s3 = new S3Client({ ...clientConfig('file'), requestChecksumCalculation: 'WHEN_REQUIRED' });
const Bucket = requireEnv(ENV.bucket);

/** Keys are never overwritten, so caches can keep a file until it expires in the bucket. */
const CacheControl = `public, max-age=${Number(requireEnv(ENV.attachmentDays)) * 24 * 60 * 60}, immutable`;

/** Time in which the client must start the upload, in seconds. */
export const UPLOAD_SECONDS = 15 * 60;

export async function writeObject(
  key: string,
  body: Uint8Array,
  contentType: string,
  contentDisposition: string,
): Promise<void> {
  await s3.send(
    new PutObjectCommand({
      Bucket,
      Key: key,
      Body: body,
      ContentType: contentType,
      ContentDisposition: contentDisposition,
      CacheControl,
    }),
  );
}

export async function readObject(key: string): Promise<Uint8Array> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
  if (!Body) throw new Error(`S3 returned no body for ${key}`);
  return Body.transformToByteArray();
}

/** The header with which S3 refuses to overwrite an object. */
const ONLY_NEW = '*';

/**
 * Signs a URL with which a client can upload this one file, once. S3 rejects every other key, type and size, every upload
 * after the expiry, and every upload after the first one. Forms (POST) cannot refuse to overwrite an object
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
 */
export async function presignUpload(file: Presign): Promise<z.output<typeof Presigned>> {
  const headers = {
    'Content-Type': file.contentType,
    'Content-Disposition': file.contentDisposition,
    'Cache-Control': CacheControl,
    'If-None-Match': ONLY_NEW,
  };
  const command = new PutObjectCommand({
    Bucket,
    Key: file.key,
    ContentType: file.contentType,
    ContentDisposition: file.contentDisposition,
    ContentLength: file.size,
    CacheControl,
    IfNoneMatch: ONLY_NEW,
  });
  const signableHeaders = new Set([
    'host',
    'content-length',
    ...Object.keys(headers).map((name) => name.toLowerCase()),
  ]);
  const url = await getSignedUrl(s3, command, { expiresIn: UPLOAD_SECONDS, signableHeaders });
  return { method: 'PUT', url, headers };
}

import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import type * as z from 'zod/mini';
import type { Presign, Presigned } from '../jobs/files.ts';
import { clientConfig } from '../shared/aws-client.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';

const s3 = new S3Client(clientConfig('file'));
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

/**
 * Creates a form with which a client can upload this one file. S3 rejects every other key, type and size, and every
 * upload after the expiry
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html).
 */
export async function presignUpload(file: Presign): Promise<z.output<typeof Presigned>> {
  return createPresignedPost(s3, {
    Bucket,
    Key: file.key,
    Fields: {
      'Content-Type': file.contentType,
      'Content-Disposition': file.contentDisposition,
      'Cache-Control': CacheControl,
    },
    Conditions: [['content-length-range', file.size, file.size]],
    Expires: UPLOAD_SECONDS,
  });
}

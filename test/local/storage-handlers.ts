/** What the functions run that use S3. Apart from the others, as the SDK's client for it is large. */
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { S3Event } from 'aws-lambda';
import { attempt, say } from './attempt.ts';

const s3 = new S3Client({});

interface StorageEvent {
  do: string;
  input?: never;
  expires?: number;
}

/** Does one thing with the SDK and tells what came of it. */
export async function storage(event: StorageEvent): Promise<object | string> {
  const Bucket = process.env.BUCKET;
  const input = { Bucket, ...Object(event.input) };
  const expiresIn = event.expires ?? 60;
  switch (event.do) {
    case 'put':
      return attempt(() => s3.send(new PutObjectCommand(input)));
    case 'put-stream':
      return attempt(() =>
        s3.send(new PutObjectCommand({ ...input, Body: Readable.from(input.parts.map(Buffer.from)) })),
      );
    case 'get':
      return attempt(async () => {
        const { Body, ...output } = await s3.send(new GetObjectCommand(input));
        return { ...output, text: await Body?.transformToString() };
      });
    case 'head':
      return attempt(() => s3.send(new HeadObjectCommand(input)));
    case 'delete':
      return attempt(() => s3.send(new DeleteObjectCommand(input)));
    case 'copy':
      return attempt(() => s3.send(new CopyObjectCommand(input)));
    case 'list':
      return attempt(() => s3.send(new ListObjectsV2Command(input)));
    case 'presign-post':
      return createPresignedPost(s3, { ...input, Expires: expiresIn });
    case 'presign-get':
      return getSignedUrl(s3, new GetObjectCommand(input), { expiresIn });
    case 'presign-put':
      return getSignedUrl(s3, new PutObjectCommand(input), { expiresIn });
    default:
      throw new Error(`There is nothing like ${event.do}`);
  }
}

export async function notified(event: S3Event): Promise<void> {
  say({ notified: event });
}

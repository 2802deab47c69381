import * as z from 'zod/mini';
import { type Store, Task } from '../jobs/files.ts';
import { logger } from '../observe/logger.ts';
import { observed } from '../observe/observed.ts';
import { IMAGES, THUMBNAILS } from '../shared/constants.ts';
import { presignUpload, readObject, writeObject } from '../storage/bucket.ts';
import { thumbnailOf, UnreadableImage } from '../storage/thumbnail.ts';

/** What S3 tells when objects were created: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const Created = z.object({
  Records: z.array(z.object({ s3: z.object({ object: z.object({ key: z.string() }) }) })),
});

/** The one function that may use the bucket. What it runs over hostile images knows no table and no secret. */
export const handler = observed(async (event: unknown): Promise<unknown> => {
  const created = Created.safeParse(event);
  if (created.success) return Promise.all(created.data.Records.map(({ s3 }) => uploaded(decodeKey(s3.object.key))));
  const task = Task.parse(event);
  return task.task === 'presign' ? presignUpload(task) : store(task);
});

/** Stores a file, and its thumbnail if there is to be one. A file whose thumbnail cannot be made is stored as well. */
async function store({ key, contentType, contentDisposition, base64, thumbnail }: Store) {
  const file = Buffer.from(base64, 'base64');
  const [unreadable] = await Promise.all([
    thumbnail === undefined ? undefined : makeThumbnail(file, thumbnail),
    writeObject(key, file, contentType, contentDisposition),
  ]);
  return { unreadable };
}

/** A client has uploaded what it calls an image; it may be anything. */
async function uploaded(key: string): Promise<void> {
  const unreadable = await makeThumbnail(await readObject(key), THUMBNAILS + key.slice(IMAGES.length));
  if (unreadable) logger.info('An image has no thumbnail', { key, reason: unreadable });
}

async function makeThumbnail(file: Uint8Array, key: string): Promise<string | undefined> {
  try {
    const { content, contentType } = await thumbnailOf(file);
    await writeObject(key, content, contentType, 'inline');
    return undefined;
  } catch (error) {
    if (error instanceof UnreadableImage) return error.message;
    throw error;
  }
}

/** Keys in notifications are encoded as in forms. */
const decodeKey = (key: string) => decodeURIComponent(key.replaceAll('+', ' '));

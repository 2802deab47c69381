import * as z from 'zod/mini';
import { type Store, Task } from '../jobs/files.ts';
import { logger } from '../observe/logger.ts';
import { observed } from '../observe/observed.ts';
import { IMAGES, THUMBNAILS } from '../shared/constants.ts';
import { presignUpload, readObject, writeObject } from '../storage/bucket.ts';
import { thumbnailOf, UnreadableImage } from '../storage/thumbnail.ts';

/**
 * The S3 event for created objects:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
const Created = z.object({
  Records: z.array(z.object({ s3: z.object({ object: z.object({ key: z.string() }) }) })),
});

/**
 * The only function with access to the bucket. It decodes untrusted images, so it has no access to tables or secrets.
 */
export const handler = observed(async (event: unknown): Promise<unknown> => {
  const created = Created.safeParse(event);
  if (created.success) return Promise.all(created.data.Records.map(({ s3 }) => uploaded(decodeKey(s3.object.key))));
  const task = Task.parse(event);
  return task.task === 'presign' ? presignUpload(task) : store(task);
});

/** Stores a file, and its thumbnail if one is requested. If the thumbnail fails, the file is still stored. */
async function store({ key, contentType, contentDisposition, base64, thumbnail }: Store) {
  const file = Buffer.from(base64, 'base64');
  const [unreadable] = await Promise.all([
    thumbnail === undefined ? undefined : makeThumbnail(file, thumbnail),
    writeObject(key, file, contentType, contentDisposition),
  ]);
  return { unreadable };
}

/** Creates the thumbnail of a file that a client uploaded as an image. The content is untrusted. */
async function uploaded(key: string): Promise<void> {
  const unreadable = await makeThumbnail(await readObject(key), THUMBNAILS + key.slice(IMAGES.length));
  if (unreadable) logger.info('A thumbnail was not created', { key, reason: unreadable });
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

/** S3 encodes the keys in its events like form values. */
const decodeKey = (key: string) => decodeURIComponent(key.replaceAll('+', ' '));

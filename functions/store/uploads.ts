import { ChatError, ERROR, TooManyRequests } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import type { App } from './apps.ts';
import { countInHour } from './hourly.ts';
import { subjectKey } from './keys.ts';

/** With the client key, the uploader is unknown. Then all uploads share the limit of this many users. */
const USERS_WITHOUT_NAME = 100;

/**
 * Counts an upload against the limit per clock hour of the user, or of all client-key uploads together.
 * @param uploader undefined when the request came with the client key
 * @param now epoch ms
 * @throws ChatError 5011 when the file is too large, 5012 (TooManyRequests) when the limit is exceeded
 */
export async function countUpload(
  app: App,
  uploader: Principal | undefined,
  bytes: number,
  now: number,
): Promise<void> {
  if (bytes > app.attachmentBytes) {
    throw new ChatError(
      ERROR.fileTooLarge,
      `The file is too large: ${bytes} bytes; at most ${app.attachmentBytes} are allowed`,
    );
  }
  const factor = uploader ? 1 : USERS_WITHOUT_NAME;
  const uploads = uploader?.kind === 'visitor' ? app.uploadsPerHourOfVisitor : app.uploadsPerHour * factor;
  const who = uploader ? subjectKey(uploader) : `${app.id}#`;
  const additions = {
    uploads: { amount: 1, limit: uploads },
    bytes: { amount: bytes, limit: app.uploadBytesPerHour * factor },
  };
  const minutes = await countInHour('uploads', who, additions, now);
  if (minutes === undefined) return;
  throw new TooManyRequests(
    ERROR.uploadFailed,
    `Upload limit exceeded: ${uploads} files and ${additions.bytes.limit} bytes per hour; try again in ${minutes} minutes`,
  );
}

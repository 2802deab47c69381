import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { ENV, EXPIRES, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR, TooManyRequests } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import type { App } from './apps.ts';
import { conditionFailed, dynamo } from './dynamo.ts';
import { subjectKey } from './keys.ts';

const table = requireEnv(ENV.connectionsTable);

const HOUR_MS = 60 * 60 * 1000;

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
  const hour = Math.floor(now / HOUR_MS);
  const factor = uploader ? 1 : USERS_WITHOUT_NAME;
  const uploads = uploader?.kind === 'visitor' ? app.uploadsPerHourOfVisitor : app.uploadsPerHour * factor;
  const who = uploader ? subjectKey(uploader) : `${app.id}#`;
  try {
    await dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: { [PARTITION_KEY]: `uploads#${hour}#${who}` },
        UpdateExpression: 'ADD uploads :one, #bytes :bytes SET #expires = :expires',
        ConditionExpression: 'attribute_not_exists(#pk) OR (uploads < :uploads AND #bytes <= :room)',
        ExpressionAttributeNames: { '#bytes': 'bytes', '#expires': EXPIRES, '#pk': PARTITION_KEY },
        ExpressionAttributeValues: {
          ':one': 1,
          ':bytes': bytes,
          ':uploads': uploads,
          ':room': app.uploadBytesPerHour * factor - bytes,
          ':expires': ((hour + 1) * HOUR_MS) / 1000,
        },
      }),
    );
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    const minutes = Math.ceil(((hour + 1) * HOUR_MS - now) / 60_000);
    throw new TooManyRequests(
      ERROR.uploadFailed,
      `Upload limit exceeded: ${uploads} files and ${app.uploadBytesPerHour * factor} bytes per hour; try again in ${minutes} minutes`,
    );
  }
}

import type * as z from 'zod/mini';
import { invoke } from '../gateway/invoke.ts';
import { Presigned, Stored, type Task } from '../jobs/files.ts';
import { logger } from '../observe/logger.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import type { Attachment } from './attachment.ts';

const url = requireEnv(ENV.filesUrl);

/** Prepares an upload by the client. @throws ChatError 5006 */
export function requestUpload(file: Attachment, size: number): Promise<z.output<typeof Presigned>> {
  return ask({ task: 'presign', ...file, size }, Presigned);
}

/** Stores a file, and its thumbnail if it gets one. @throws ChatError 5006 */
export function storeFile(file: Attachment, content: Buffer): Promise<z.output<typeof Stored>> {
  return ask({ task: 'store', ...file, base64: content.toString('base64') }, Stored);
}

async function ask<A>(task: z.input<typeof Task>, answer: z.ZodMiniType<A>): Promise<A> {
  try {
    return answer.parse(await invoke(url, task));
  } catch (error) {
    logger.error('A file was not stored', { error });
    throw new ChatError(ERROR.storage, 'The file could not be stored; try again');
  }
}

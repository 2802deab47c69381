import { ChatError, ERROR } from '../shared/errors.ts';
import { logger } from './logger.ts';

/** The error that a client sees: a ChatError as it is. Any other failure is logged and becomes 5002 without details. */
export function publicError(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  logger.error('Request failed', { error });
  return new ChatError(ERROR.database, 'Something failed on the server and nothing was stored; try again');
}

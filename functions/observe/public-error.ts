import { ChatError, ERROR } from '../shared/errors.ts';
import { logger } from './logger.ts';

/**
 * The error that the client receives. A ChatError stays unchanged. Any other error is logged and becomes 5002 without
 * details.
 */
export function publicError(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  logger.error('Request failed', { error });
  return new ChatError(ERROR.database, 'Internal server error; nothing was stored; try again');
}

import * as z from 'zod/mini';
import { MESSAGE_ID } from '../shared/message-id.ts';
import { toInput } from './say-input.ts';

/** The last message that a reader has read. */
export const upToInput = () => z.string().check(z.regex(MESSAGE_ID, 'expected a message id'));

/** The argument of `read`. */
export const ReadInput = z.object({
  to: toInput(),
  upTo: upToInput(),
});

import * as z from 'zod/mini';
import { MessageInput } from '../shared/content.ts';
import { upToInput } from './read-input.ts';
import { toInput } from './say-input.ts';

const REACTION = /^(?!__proto__$)\S{1,32}$/u;

/** A reaction: an emoji, or a short name. */
export const reactionInput = () =>
  z.string().check(z.regex(REACTION, 'expected an emoji, or 1 to 32 characters without spaces'));

/** A message of a conversation. */
const message = { to: toInput(), id: upToInput() };

/** The argument of `edit`. */
export const EditInput = z.object({ ...message, content: MessageInput.shape.content });

/** The argument of `recall`. */
export const RecallInput = z.object(message);

/** The argument of `react`. */
export const ReactInput = z.object({
  ...message,
  reaction: reactionInput(),
  /** Whether the reaction is removed. */
  remove: z.optional(z.nullable(z.boolean())),
});

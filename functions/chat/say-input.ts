import * as z from 'zod/mini';
import { MessageInput } from '../shared/content.ts';
import { idInput } from '../shared/principal.ts';
import { TYPE } from '../shared/wire.ts';

/** The argument of `say`. */
export const SayInput = z.object({
  to: z.object({ id: idInput(), type: z.optional(z.enum(TYPE)) }),
  ...MessageInput.shape,
  ack: z.optional(z.nullable(z.int().check(z.minimum(0)))),
  /** Whether the speaker is notified when members of a group read the message. */
  receipt: z.optional(z.nullable(z.boolean())),
  /** The client's id for the message. Repetitions with the same id have one effect. */
  cid: z.optional(
    z.nullable(z.string().check(z.regex(/^[a-zA-Z0-9_-]{1,64}$/, 'expected 1 to 64 characters of A-Z a-z 0-9 _ -'))),
  ),
});

import * as z from 'zod/mini';
import { MessageInput } from '../shared/content.ts';
import { idInput } from '../shared/principal.ts';
import { TYPE } from '../shared/wire.ts';

/** The argument of `say`. */
export const SayInput = z.object({
  to: z.object({ id: idInput(), type: z.optional(z.enum(TYPE)) }),
  ...MessageInput.shape,
  ack: z.optional(z.nullable(z.int().check(z.minimum(0)))),
});

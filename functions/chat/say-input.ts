import * as z from 'zod/mini';
import { MessageInput } from '../shared/content.ts';
import { MESSAGE_ID } from '../shared/message-id.ts';
import { idInput } from '../shared/principal.ts';
import { TYPE } from '../shared/wire.ts';

/** Maximum users whom a message can mention. */
const MAX_MENTIONS = 50;

/** The receiver of an event: a user, visitor, group or room. */
export const toInput = () => z.object({ id: idInput(), type: z.optional(z.enum(TYPE)) });

/** The argument of `say`. */
export const SayInput = z.object({
  to: toInput(),
  ...MessageInput.shape,
  ack: z.optional(z.nullable(z.int().check(z.minimum(0)))),
  /** Whether the speaker is notified when members of a group read the message. */
  receipt: z.optional(z.nullable(z.boolean())),
  /** The id of the message that this one answers. */
  reply: z.optional(z.nullable(z.string().check(z.regex(MESSAGE_ID, 'expected a message id')))),
  /** The receivers whom the message mentions. */
  mentions: z.optional(
    z.nullable(
      z.union([
        z.literal('all'),
        z.array(z.string()).check(z.maxLength(MAX_MENTIONS, `expected at most ${MAX_MENTIONS} ids, or "all"`)),
      ]),
    ),
  ),
  /** The client's id for the message. Repetitions with the same id have one effect. */
  cid: z.optional(
    z.nullable(z.string().check(z.regex(/^[a-zA-Z0-9_-]{1,64}$/, 'expected 1 to 64 characters of A-Z a-z 0-9 _ -'))),
  ),
});

import * as z from 'zod/mini';
import { toInput } from './say-input.ts';

/** The argument of `signal`. */
export const SignalInput = z.object({
  to: toInput(),
  name: z.string().check(z.minLength(1), z.maxLength(32)),
  /** Any JSON of at most 1 KB. */
  data: z.optional(z.unknown()),
});

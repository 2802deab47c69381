import * as z from 'zod/mini';
import { Push, Spoken } from '../chat/content.ts';

/** A system message on its way from the REST endpoint to those it is for; it has no sender. */
export const SystemMessage = z.object({
  app: z.string(),
  to: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('everybody') }),
    z.object({ kind: z.enum(['user', 'group', 'room']), id: z.string() }),
  ]),
  message: z.object({
    id: z.string(),
    content: Spoken.shape.content,
    ts: z.number(),
    remark: z.optional(z.string()),
  }),
  push: z.optional(z.nullable(Push)),
});

export type SystemMessage = z.output<typeof SystemMessage>;

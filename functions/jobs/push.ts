import * as z from 'zod/mini';
import { MessageInput, Push } from '../shared/content.ts';

/** The `message` event (for a system message the `sys` event) as the receivers' devices would have got it. */
export const PushEvent = z.object({
  from: z.optional(z.object({ id: z.string(), type: z.int(), gid: z.optional(z.string()) })),
  id: z.string(),
  content: MessageInput.shape.content,
  ts: z.number(),
  remark: z.optional(z.string()),
});
export type PushEvent = z.output<typeof PushEvent>;

/** An installation that a message has to be pushed to. */
const Target = z.object({
  user: z.string(),
  install: z.string(),
  /** Whether the message is on its badge already: it is, when a push failed after that. */
  counted: z.optional(z.boolean()),
});
export type Target = z.output<typeof Target>;

/** A message that did not reach its receivers, and the installations to push it to. */
export const PushJob = z.object({
  app: z.string(),
  event: PushEvent,
  push: z.optional(z.nullable(Push)),
  targets: z.array(Target),
});
export type PushJob = z.output<typeof PushJob>;

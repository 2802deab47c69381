import * as z from 'zod/mini';
import { MessageInput, Push } from '../shared/content.ts';

/** The `message` or `sys` event, in the form in which devices receive it. */
export const PushEvent = z.object({
  from: z.optional(z.object({ id: z.string(), type: z.int(), gid: z.optional(z.string()) })),
  id: z.string(),
  content: MessageInput.shape.content,
  ts: z.number(),
  remark: z.optional(z.string()),
  reply: z.optional(z.string()),
  /** When the message was recalled, epoch ms. The push then replaces that of the message. */
  recalled: z.optional(z.number()),
});
export type PushEvent = z.output<typeof PushEvent>;

/** An installation that needs the push. */
const Target = z.object({
  user: z.string(),
  install: z.string(),
  /** Whether the badge already includes the message. It does after a push that failed. */
  counted: z.optional(z.boolean()),
  /** Whether the user has settings that apply to the push. */
  settings: z.optional(z.boolean()),
});
export type Target = z.output<typeof Target>;

/** The targets of a user's installations. */
export const targetsOf = (user: string, installs: readonly string[], hasSettings: boolean): Target[] =>
  installs.map((install) => ({ user, install, ...(hasSettings && { settings: true }) }));

/** A message that reached no device of its receivers, and the installations for the push. */
export const PushJob = z.object({
  app: z.string(),
  event: PushEvent,
  push: z.optional(z.nullable(Push)),
  /** Who is mentioned. A mention is pushed also in a muted conversation. */
  mentions: z.optional(z.union([z.array(z.string()), z.literal('all')])),
  targets: z.array(Target),
  /** Identifies the job when Lambda retries it. Jobs of an earlier version have none. */
  attempt: z.optional(z.string()),
});
export type PushJob = z.output<typeof PushJob>;

/** A message that was recalled, with the users to whom it may have been pushed: all members of a group, or one. */
export const RecalledJob = z.object({
  app: z.string(),
  recalled: PushEvent,
  to: z.object({ kind: z.enum(['user', 'group']), id: z.string() }),
});
export type RecalledJob = z.output<typeof RecalledJob>;

/** A user whose last connection was found dead: their messages since its last sign of life may have reached nobody. */
export const MissedJob = z.object({
  app: z.string(),
  user: z.string(),
  connectionId: z.string(),
  /** The last sign of life, epoch ms. */
  since: z.number(),
  /** Whether nothing is pushed if API Gateway reports that the client closed the connection. */
  unlessReported: z.boolean(),
});
export type MissedJob = z.output<typeof MissedJob>;

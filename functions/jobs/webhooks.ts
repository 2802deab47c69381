import * as z from 'zod/mini';
import { AFTER, type WebhookEvent } from '../shared/webhook-events.ts';

const Event: z.ZodMiniType<WebhookEvent> = z.object({
  id: z.string(),
  type: z.enum([...AFTER, 'webhook.test']),
  ts: z.number(),
  data: z.record(z.string(), z.unknown()),
});

/** Events of one application that no stream contains. */
export const WebhookNotice = z.object({ app: z.string(), events: z.array(Event) });
export type WebhookNotice = z.output<typeof WebhookNotice>;

/** One request to one webhook that failed before. */
export const WebhookJob = z.object({
  app: z.string(),
  webhook: z.string(),
  /** The id of the request, the same for each attempt. */
  id: z.string(),
  events: z.array(Event),
  /** The attempts so far. */
  attempt: z.number(),
  /** The rest of the pause before the next attempt, in seconds. */
  waitS: z._default(z.number(), 0),
});
export type WebhookJob = z.output<typeof WebhookJob>;

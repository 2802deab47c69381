import * as z from 'zod/mini';
import { WebhookJob, WebhookNotice } from '../jobs/webhooks.ts';
import { observed } from '../observe/observed.ts';
import { eventOf, StreamRecord } from '../webhooks/changes.ts';
import { deliverEvents, deliverNow, retry } from '../webhooks/deliver.ts';

/** Changes of items, from the stream of a table. */
const Changes = z.object({ Records: z.array(StreamRecord) });

/** Requests whose pause is over, from the queue of retries. */
const Retries = z.object({ Records: z.array(z.object({ body: z.string() })) });

const Event = z.union([Changes, Retries, WebhookJob, WebhookNotice]);

/**
 * Delivers what happened to webhooks. The streams of tables invoke it, as does the queue of retries. The last attempt of
 * a request is an asynchronous invocation, and so are events that no stream contains.
 */
export const handler = observed(async (event: unknown): Promise<void> => {
  const input = Event.parse(event);
  if ('webhook' in input) return deliverNow(input);
  if ('events' in input) {
    const { app, events } = input;
    return deliverEvents(events.map((event) => ({ app, event })));
  }
  const events = input.Records.flatMap((record) => ('body' in record ? [] : (eventOf(record) ?? [])));
  await deliverEvents(events);
  for (const record of input.Records) if ('body' in record) await retry(WebhookJob.parse(JSON.parse(record.body)));
});

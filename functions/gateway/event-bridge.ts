import * as z from 'zod/mini';
import { TIMEOUT_MS } from '../shared/aws-client.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { postSigned } from './signed-request.ts';

const Result = z.object({
  FailedEntryCount: z.number(),
  Entries: z.array(z.object({ ErrorMessage: z.optional(z.string()) })),
});

/**
 * Puts one event on the event bus of the deployment. EventBridge bills units of 64 KB, so it contains many events of
 * Macaw. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 * @throws when EventBridge does not accept it
 */
export async function putEvents(detail: object): Promise<void> {
  const EventBusName = requireEnv(ENV.eventBus);
  const endpoint = process.env.AWS_ENDPOINT_URL ?? `https://events.${requireEnv('AWS_REGION')}.amazonaws.com`;
  const { status, body } = await postSigned(new URL('/', endpoint).href, {
    service: 'events',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' },
    body: JSON.stringify({
      Entries: [{ EventBusName, Source: 'macaw', DetailType: 'Macaw events', Detail: JSON.stringify(detail) }],
    }),
    timeoutMs: TIMEOUT_MS.quick,
  });
  if (status >= 300) throw new Error(`EventBridge answered ${status}: ${body}`);
  const { FailedEntryCount, Entries } = Result.parse(JSON.parse(body));
  if (FailedEntryCount > 0) throw new Error(`EventBridge refused events: ${Entries[0]?.ErrorMessage ?? 'unknown'}`);
}

import * as z from 'zod/mini';
import { observed } from '../observe/observed.ts';
import { createApplication } from '../operator/applications.ts';
import { APP_ID } from '../shared/constants.ts';

const Event = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.string(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  ResourceProperties: z.object({
    AppId: z.string().check(z.regex(APP_ID)),
    Mode: z.enum(['open', 'strict']),
  }),
});

/**
 * The custom resource that makes a deployment's first application. Its keys are generated here, or are those of a secret
 * that was there before; neither the event nor the answer holds them. Later deployments leave it as it is; so does
 * removing the resource.
 */
export const handler = observed(async (input: unknown): Promise<void> => {
  const event = Event.parse(input);
  const { AppId } = event.ResourceProperties;
  const outcome = await seed(event).then(
    () => ({ Status: 'SUCCESS' }),
    (error: unknown) => ({ Status: 'FAILED', Reason: error instanceof Error ? error.message : 'unknown' }),
  );
  const { StackId, RequestId, LogicalResourceId } = event;
  const body = JSON.stringify({
    ...outcome,
    StackId,
    RequestId,
    LogicalResourceId,
    PhysicalResourceId: `app-${AppId}`,
  });
  await fetch(event.ResponseURL, { method: 'PUT', body, headers: { 'content-type': '' } });
});

async function seed({ RequestType, ResourceProperties }: z.output<typeof Event>): Promise<void> {
  if (RequestType === 'Delete') return;
  const { AppId, Mode } = ResourceProperties;
  await createApplication({ app: AppId, keys: {}, settings: { mode: Mode } }, Date.now());
}

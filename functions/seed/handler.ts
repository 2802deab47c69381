import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { APP_ID } from '../constants.ts';
import { observed } from '../observe/observed.ts';
import { createApp } from '../store/apps.ts';

const Event = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.string(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  ResourceProperties: z.object({
    AppId: z.string().check(z.regex(APP_ID)),
    ClientKey: z.string(),
    MasterKey: z.string(),
    Mode: z.enum(['open', 'strict']),
  }),
});

const generateKey = () => randomBytes(24).toString('base64url');

/**
 * The custom resource that puts a deployment's first application into the table, with keys of its own unless
 * the deployer brought some. Later deployments leave it as it is; so does removing the resource.
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

async function seed({ RequestType, ResourceProperties: properties }: z.output<typeof Event>): Promise<void> {
  if (RequestType === 'Delete') return;
  await createApp({
    id: properties.AppId,
    clientKey: properties.ClientKey || generateKey(),
    masterKey: properties.MasterKey || generateKey(),
    mode: properties.Mode,
  });
}

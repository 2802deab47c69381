import * as z from 'zod/mini';
import { logger } from '../observe/logger.ts';
import { observed } from '../observe/observed.ts';
import { createApplication } from '../operator/applications.ts';
import { APP_ID } from '../shared/constants.ts';
import { parse } from '../shared/parse.ts';

/** The fields that an answer needs. CloudFormation writes them, so they are always valid. */
const Envelope = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.string(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.optional(z.string()),
});
type Envelope = z.output<typeof Envelope>;

/** The properties that the template sets. */
const Properties = z.object({
  AppId: z.string().check(z.regex(APP_ID)),
  Mode: z.enum(['open', 'strict']),
});
const Resource = z.object({ ResourceProperties: z.unknown() });

interface Outcome {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
}

/**
 * The custom resource that creates the first application of a deployment. It generates the keys, or uses those of an
 * existing secret. Neither the event nor the answer contains keys.
 * Later deployments and the removal of the resource do not change the application. The function answers every request,
 * because CloudFormation otherwise waits for its timeout.
 */
export const handler = observed(async (event: unknown): Promise<void> => {
  const envelope = Envelope.parse(event);
  await answer(envelope, await run(envelope, event));
});

async function run({ RequestType, LogicalResourceId, PhysicalResourceId }: Envelope, event: unknown): Promise<Outcome> {
  const existing = PhysicalResourceId ?? LogicalResourceId;
  // A deletion ignores the properties, because CloudFormation also deletes resources whose properties are invalid.
  if (RequestType === 'Delete') return { Status: 'SUCCESS', PhysicalResourceId: existing };
  try {
    const { ResourceProperties } = Resource.parse(event);
    const { AppId, Mode } = parse(Properties, ResourceProperties, 'ResourceProperties');
    await createApplication({ app: AppId, keys: {}, settings: { mode: Mode } }, Date.now());
    return { Status: 'SUCCESS', PhysicalResourceId: `app-${AppId}` };
  } catch (error) {
    logger.error('The first application was not created', { error });
    const Reason = error instanceof Error ? error.message : 'unknown';
    return { Status: 'FAILED', Reason, PhysicalResourceId: existing };
  }
}

async function answer({ ResponseURL, StackId, RequestId, LogicalResourceId }: Envelope, outcome: Outcome) {
  const body = JSON.stringify({ StackId, RequestId, LogicalResourceId, ...outcome });
  const response = await fetch(ResponseURL, {
    method: 'PUT',
    body,
    headers: { 'content-type': '' },
    signal: AbortSignal.timeout(5000),
  });
  // Lambda retries the function, which then finds the application and answers again.
  if (!response.ok) throw new Error(`CloudFormation rejected the answer with status ${response.status}`);
}

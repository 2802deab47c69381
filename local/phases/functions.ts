import { CustomResources } from '../custom-resources/custom-resources.ts';
import { Memory } from '../custom-resources/memory.ts';
import { AsyncInvocations } from '../lambda/async.ts';
import { EventSources } from '../lambda/event-sources.ts';
import { loadFunctions } from '../lambda/functions.ts';
import { Lambda } from '../lambda/lambda.ts';
import { StreamSources } from '../lambda/stream-sources.ts';
import { S3_PREFIX } from '../s3/address.ts';
import type { Model } from '../template/model.ts';
import type { Foundation } from './foundation.ts';
import type { Servers } from './servers.ts';
import type { Services } from './services.ts';

/** The functions, and what invokes them on behalf of other functions. */
export interface Functions {
  readonly lambda: Lambda;
  readonly async: AsyncInvocations;
  /** Not started yet: the tables are created meanwhile. */
  readonly streams: StreamSources;
}

export function startFunctions(
  { options, directories, calls, activity, chaos, log, started }: Foundation,
  model: Model,
  { queues, roles, streams: tableStreams }: Services,
  { gate, edge, rewrite }: Servers,
): Functions {
  const functions = loadFunctions(model, () => directories.scratch());
  const endpoints = { gate: gate.url, s3: `${edge.origin}${S3_PREFIX}` };
  const { environment = {}, concurrency } = options;
  const freeze = ({ accessKeyId }: { readonly accessKeyId: string }) => gate.freeze(accessKeyId);
  const observers = { calls, activity, log };
  const lambda = new Lambda({ functions, endpoints, environment, concurrency, rewrite, ...observers, chaos, freeze });
  started.add(() => lambda.stop());
  const { batchingMs = 0, retryDelayMs = (retry: number) => retry * 250 } = options;
  const { invocationDelayMs: delayMs = () => chaos.delayMs() } = options;
  const async = new AsyncInvocations({ lambda, queues, roles, ...observers, retryDelayMs, delayMs, chaos });
  started.add(() => async.stop());
  const sources = { model, queues, lambda, roles, activity, retryDelayMs, chaos };
  const eventSources = new EventSources(sources);
  started.add(() => eventSources.stop());
  const streams = new StreamSources({ ...sources, streams: tableStreams, batchingMs });
  started.add(() => streams.stop());
  return { lambda, async, streams };
}

export function loadCustomResources(
  { directories }: Foundation,
  model: Model,
  { lambda, async }: Functions,
  { gate }: Servers,
): CustomResources {
  const memory = new Memory(directories.kept('custom-resources.json'));
  return new CustomResources({ model, lambda, async, gate: () => gate.url, memory });
}

/** From here on everything has its value: what cannot be resolved now never will. */
export function resolveEverything(model: Model, { roles }: Services): void {
  for (const resource of model.resources) resource.properties();
  for (const role of roles.values()) role.decide('sts:GetCallerIdentity', '*');
}

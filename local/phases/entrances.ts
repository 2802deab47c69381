import { HttpGateway } from '../apigateway/http/gateway.ts';
import { Integrator } from '../apigateway/integration.ts';
import { loadApis } from '../apigateway/template.ts';
import { WebSocketGateway } from '../apigateway/websocket/gateway.ts';
import { Distribution } from '../cloudfront/distribution.ts';
import { loadDistribution } from '../cloudfront/template.ts';
import { loadBuckets } from '../s3/buckets.ts';
import { Notifications } from '../s3/notifications.ts';
import { S3 } from '../s3/s3.ts';
import { ObjectStore } from '../s3/store.ts';
import { Schedules } from '../schedules/schedules.ts';
import type { Model } from '../template/model.ts';
import type { Foundation } from './foundation.ts';
import type { Functions } from './functions.ts';
import type { Parts } from './parts.ts';
import type { Servers } from './servers.ts';
import type { Services } from './services.ts';

/** S3 with the template's buckets; undefined when there are none. */
export async function startBuckets(
  { directories, calls, chaos, log, started }: Foundation,
  model: Model,
  { roles, permissions }: Services,
  { lambda, async }: Functions,
  { edge }: Servers,
): Promise<S3 | undefined> {
  const buckets = loadBuckets(model);
  if (buckets.size === 0) return undefined;
  const store = await ObjectStore.start(
    directories.kept('objects') ?? directories.temporary('objects'),
    buckets.keys(),
  );
  started.add(() => store.stop());
  const notifications = new Notifications(buckets.values(), { lambda, async, permissions });
  const { functions } = lambda;
  return new S3({ buckets, store, notifications, functions, roles, calls, chaos, log, origin: edge.origin });
}

/** API Gateway: the HTTP APIs, and the WebSocket API. */
export function openApis(
  { options, limits, activity, chaos, log, started }: Foundation,
  model: Model,
  { permissions }: Services,
  { lambda }: Functions,
  parts: Parts,
): void {
  const { invocationDelayMs: delayMs = () => chaos.delayMs() } = options;
  const integrator = new Integrator({ lambda, permissions, activity, log, delayMs });
  const apis = loadApis(model, lambda);
  for (const api of apis.filter(({ protocol }) => protocol === 'HTTP')) {
    parts.http.set(api.id, new HttpGateway(api, integrator));
  }
  const [api, ...others] = apis.filter(({ protocol }) => protocol === 'WEBSOCKET');
  if (others.length > 0) throw new Error(`The local cloud serves one WebSocket API, not ${others.length + 1}`);
  if (!api) return;
  const gateway = new WebSocketGateway({ api, integrator, activity, limits, chaos, log });
  parts.webSockets.push(gateway);
  started.add(() => gateway.stop());
}

/** CloudFront's distribution before the APIs and S3; undefined when there is none. */
export function openDistribution({ log }: Foundation, model: Model, parts: Parts): Distribution | undefined {
  const config = loadDistribution(model, log);
  const { http, webSockets, s3 } = parts;
  return config && new Distribution(config, { http, webSocket: webSockets[0], s3 });
}

export function startSchedules(
  { log, started }: Foundation,
  model: Model,
  { permissions, roles }: Services,
  { lambda, async }: Functions,
): Schedules {
  const schedules = new Schedules({ model, lambda, async, permissions, roles, log });
  schedules.start();
  started.add(() => schedules.stop());
  return schedules;
}

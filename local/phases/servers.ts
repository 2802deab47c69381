import { managementApi } from '../apigateway/websocket/management.ts';
import { cloudFormationApi } from '../cloudformation/api.ts';
import { hostNames } from '../cloudfront/template.ts';
import { dynamoDbApi } from '../dynamodb/api.ts';
import { eventsApi } from '../events/api.ts';
import { Gate } from '../gate/gate.ts';
import { lambdaApi } from '../lambda/api.ts';
import { Host } from '../listener/host.ts';
import { rewriteHosts } from '../listener/hosts.ts';
import { publicOrigin } from '../listener/listener.ts';
import { logsApi } from '../logs/api.ts';
import { secretsManagerApi } from '../secretsmanager/api.ts';
import { snsApi } from '../sns/api.ts';
import { outboxPages } from '../sns/outbox-page.ts';
import { sqsApi } from '../sqs/api.ts';
import type { Model } from '../template/model.ts';
import type { Foundation } from './foundation.ts';
import { type Parts, present } from './parts.ts';
import type { Services } from './services.ts';

/** The servers that requests come to. */
export interface Servers {
  readonly gate: Gate;
  /** The one public origin. */
  readonly edge: Host;
  /** Leads URLs of AWS in a value to the servers here. */
  rewrite(value: string): string;
  rewriteAll(outputs: Record<string, string>): Record<string, string>;
}

export async function startServers(base: Foundation, model: Model, services: Services, parts: Parts): Promise<Servers> {
  const distributions = hostNames(model);
  const apis = new Map<string, { protocol: string; origin: string }>();
  const rewrite = (value: string) =>
    rewriteHosts(value, () => ({ gate: gate.url, origin: edge.origin, apis, distributions }));
  const rewriteAll = (outputs: Record<string, string>) =>
    Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, rewrite(value)]));

  const gate = createGate(base, model, services, parts, (stack) => {
    const outputs = model.outputsOf(stack);
    return outputs && rewriteAll(outputs);
  });
  const edge = publicOrigin({
    webSocket: () => parts.webSockets[0],
    http: () => [...parts.http.values()][0],
    s3: () => parts.s3,
    distribution: () => parts.distribution,
    gate: () => gate,
    pages: outboxPages(services.outbox),
    allowedOrigins: base.options.allowedOrigins ?? [],
    log: base.log,
  });
  await gate.start();
  base.started.add(() => gate.stop());
  await edge.reserve(base.options.port ?? 0);
  base.started.add(() => edge.stop());
  await startApiHosts(base, model, parts, apis);
  return { gate, edge, rewrite, rewriteAll };
}

/** The door to AWS for every function, and for the operator. */
function createGate(
  { limits, posts, calls, lines, chaos, log }: Foundation,
  model: Model,
  { dynamodb, conflicts, replication, streams, secrets, registry, outbox, queues, roles, busEvents }: Services,
  parts: Parts,
  outputsOf: (stack: string) => Record<string, string> | undefined,
): Gate {
  const lambda = () => present(parts.lambda, 'Lambda');
  return new Gate({
    services: {
      cloudformation: cloudFormationApi(outputsOf),
      dynamodb: dynamoDbApi(dynamodb, { conflicts, replication, streams, chaos }),
      events: eventsApi(busEvents),
      lambda: (...request) => lambdaApi(lambda(), present(parts.async, 'Lambda'))(...request),
      logs: logsApi(model, lines),
      'execute-api': managementApi(parts.webSockets, limits.messageBytes, posts, chaos),
      secretsmanager: secretsManagerApi(secrets),
      sns: snsApi({ registry, outbox }),
      sqs: sqsApi(queues),
    },
    functions: () => lambda().functions,
    roles,
    calls,
    chaos,
    log,
    aside: (...request) => present(parts.customResources, 'CloudFormation').receive(...request),
  });
}

/** Each API at a host of its own, as on AWS. */
async function startApiHosts(
  { options, log, started }: Foundation,
  model: Model,
  parts: Parts,
  apis: Map<string, { protocol: string; origin: string }>,
): Promise<void> {
  for (const api of model.ofType('AWS::ApiGatewayV2::Api')) {
    const protocol = String(api.properties().ProtocolType);
    const id = api.identity().ref;
    const site = () => (protocol === 'WEBSOCKET' ? parts.webSockets[0] : parts.http.get(id));
    const host = new Host(site, log, options.allowedOrigins);
    await host.start();
    started.add(() => host.stop());
    apis.set(id, { protocol, origin: host.origin });
  }
}
